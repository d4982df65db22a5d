"""Which files may be attached: known by their ending, and by how they begin. Nothing a browser would run."""

from dataclasses import dataclass

import filetype

HEAD = 8192  # what is looked at
OFFICE = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"


@dataclass(frozen=True)
class Kind:
    """`begins`: one of these; empty for plain text, which must hold no NUL. `content_type` is what it is served as."""

    content_type: str
    begins: tuple[bytes, ...] = ()


PACKED, COMPOUND = (b"PK\x03\x04",), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
KINDS = {
    "pdf": Kind("application/pdf", (b"%PDF-",)),
    "png": Kind("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": Kind("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": Kind("image/jpeg", (b"\xff\xd8\xff",)),
    "gif": Kind("image/gif", (b"GIF87a", b"GIF89a")),
    "webp": Kind("image/webp", (b"RIFF",)),
    "docx": Kind(f"{OFFICE}.wordprocessingml.document", PACKED),
    "xlsx": Kind(f"{OFFICE}.spreadsheetml.sheet", PACKED),
    "pptx": Kind(f"{OFFICE}.presentationml.presentation", PACKED),
    "odt": Kind(f"{ODF}.text", PACKED),
    "ods": Kind(f"{ODF}.spreadsheet", PACKED),
    "odp": Kind(f"{ODF}.presentation", PACKED),
    "doc": Kind("application/msword", COMPOUND),
    "xls": Kind("application/vnd.ms-excel", COMPOUND),
    "ppt": Kind("application/vnd.ms-powerpoint", COMPOUND),
    "msg": Kind("application/vnd.ms-outlook", COMPOUND),
    "eml": Kind("message/rfc822"),
    "txt": Kind("text/plain"),
    "csv": Kind("text/csv"),
}
ENDINGS = ", ".join(KINDS)


def kind_of(name: str, head: bytes) -> Kind | None:
    """The kind of a file of this name that begins so; None where it is not one of ours, or not what its name says."""
    kind = KINDS.get(name.rpartition(".")[2].lower())
    if kind is None:
        return None
    if kind.begins:
        # An image is one of the very kind it is called; packed documents tell their kind too deep inside.
        is_image = kind.content_type.startswith("image/")
        fits = head.startswith(kind.begins) and (not is_image or filetype.guess_mime(head) == kind.content_type)
        return kind if fits else None
    return kind if b"\0" not in head and filetype.guess(head) is None else None
