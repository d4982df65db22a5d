"""Files of touchpoints: which are taken, who may, how they are served, and that a restored touchpoint has them."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client

from kam.audit.context import recorded
from kam.core import clock
from kam.core.errors import DomainError
from tests.factories import make_touchpoint
from tests.personas import SYSTEM, Company, client_for, make_account, principal
from tests.touchpoints.build import customer, touch
from touchpoints.filekinds import KINDS, kind_of
from touchpoints.models import Attachment, Touchpoint
from touchpoints.models.attachment import MAX_BYTES
from touchpoints.services.attachments import MOST, attach_file, detach_file
from touchpoints.services.restoring import restore_touchpoint
from touchpoints.services.touchpoints import remove_touchpoint

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n..."
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def attach(touchpoint: Touchpoint, name: str = "offer.pdf", content: bytes = PDF, by: Any = SYSTEM) -> Attachment:
    return attach_file(by=by, now=clock.now(), touchpoint=touchpoint, name=name, file=io.BytesIO(content))


def names(touchpoint: Touchpoint) -> list[str]:
    found = Attachment.objects.visible_to(SYSTEM).filter(touchpoint=touchpoint)
    return list(found.order_by("id").values_list("name", flat=True))


TAKEN = {
    "a.pdf": PDF,
    "A.PDF": PDF,
    "a.png": PNG,
    "a.jpeg": b"\xff\xd8\xff\xe0" + bytes(32),
    "a.docx": b"PK\x03\x04" + bytes(64),
    "a.msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64),
    "a.eml": b"From: ann@example.com\r\n\r\nHello",
    "a.csv": "Name;Größe\n".encode(),
}
REFUSED = {
    "no ending": ("offer", PDF),
    "svg": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "html": ("a.html", b"<html></html>"),
    "program": ("a.exe", b"MZ" + bytes(64)),
    "script in a cloak": ("a.pdf", b"<html><script></script></html>"),
    "another picture": ("a.jpg", PNG),
    "sound in a picture's frame": ("a.webp", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(32)),
    "program called text": ("a.txt", b"MZ\x90\x00" + bytes(64)),
    "picture called text": ("a.txt", b"GIF89a" + b"x" * 32),
    "two endings": ("a.pdf.html", PDF),
}


@pytest.mark.parametrize("name", TAKEN)
def test_files_of_these_kinds_are_taken(name: str) -> None:
    one = touch(customer(), "2026-03-02")
    attachment = attach(one, name, TAKEN[name])
    ending = name.rpartition(".")[2].lower()
    assert (attachment.name, attachment.content_type) == (name, KINDS[ending].content_type)
    assert attachment.sha256 == hashlib.sha256(TAKEN[name]).hexdigest()
    assert attachment.size_bytes == len(TAKEN[name])


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_browser_might_run_or_is_not_what_it_says_is_refused(case: str) -> None:
    name, content = REFUSED[case]
    one = touch(customer(), "2026-03-02")
    with pytest.raises(DomainError) as refused:
        attach(one, name, content)
    assert (refused.value.code, kind_of(name, content), names(one)) == ("file_kind", None, [])


def test_size_has_its_bounds() -> None:
    one = touch(customer(), "2026-03-02")
    attach(one, "a.txt", b"x" * MAX_BYTES)
    for code, content in {"too_large": b"x" * (MAX_BYTES + 1), "file_empty": b""}.items():
        with pytest.raises(DomainError) as refused:
            attach(one, "b.txt", content)
        assert refused.value.code == code
    assert names(one) == ["a.txt"]


def test_names_are_one_line_without_a_path() -> None:
    one = touch(customer(), "2026-03-02")
    attach(one, "C:\\Users\\ann\\my  offer.pdf")
    attach(one, "x" * 300 + ".pdf", PDF + b"2")
    assert names(one) == ["my offer.pdf", "x" * 196 + ".pdf"]
    with pytest.raises(DomainError):
        attach(one, "a\u202efdp.pdf", PDF + b"3")


def test_the_same_content_is_kept_once() -> None:
    one, other = touch(customer(), "2026-03-02"), touch(customer(), "2026-03-02")
    assert attach(one, "a.pdf") == attach(one, "b.pdf")
    assert attach(other, "c.pdf").stored_as == attach(one).stored_as
    assert (names(one), names(other)) == (["a.pdf"], ["c.pdf"])


def test_a_touchpoint_has_so_many_files_at_most() -> None:
    one = touch(customer(), "2026-03-02")
    for number in range(MOST):
        attach(one, "a.txt", f"{number}".encode())
    with pytest.raises(DomainError) as refused:
        attach(one, "a.txt", b"more")
    assert refused.value.code == "too_many_files"


def test_who_may_amend_may_attach_and_take_off(company: Company) -> None:
    people = company.people
    one = make_touchpoint(company.account, by=principal(people.owner))
    attachment = attach(one, by=principal(people.owner))
    for refusing in (
        lambda: attach(one, content=PDF + b"2", by=principal(people.teammate)),
        lambda: detach_file(by=principal(people.teammate), attachment=attachment),
    ):
        with pytest.raises(DomainError) as refused:
            refusing()
        assert refused.value.code == "not_yours"
    detach_file(by=principal(people.leader), attachment=attachment)
    assert names(one) == []


def test_files_come_back_with_their_touchpoint() -> None:
    one = touch(customer(), "2026-03-02")
    attachment = attach(one)
    with recorded(via="web", by=SYSTEM):
        remove_touchpoint(by=SYSTEM, now=clock.now(), touchpoint=one)
    assert not Attachment.objects.visible_to(SYSTEM).exists()
    restore_touchpoint(by=SYSTEM, now=clock.now(), touchpoint_id=one.pk)
    assert list(Attachment.objects.visible_to(SYSTEM)) == [attachment]


def test_a_file_of_another_account_is_refused_by_the_database() -> None:
    one, other = touch(customer(), "2026-03-02"), make_account("Other", owner=None, team=None)
    attachment = attach(one)
    Attachment.objects.visible_to(SYSTEM).filter(pk=attachment.pk).update(account=other)
    with pytest.raises(IntegrityError) as refused, connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused.value.__cause__.diag.constraint_name == "attachment_touchpoint_same_account"


# Pages


@pytest.fixture
def web(company: Company) -> Client:
    return client_for(company.people.owner)


def send(web: Client, one: Touchpoint, *files: SimpleUploadedFile) -> Any:
    return web.post(f"/attachments/of/{one.pk}/", {"file": list(files)}, follow=True)


def test_a_file_is_sent_fetched_and_taken_off(web: Client, company: Company) -> None:
    one = make_touchpoint(company.account, by=principal(company.people.owner))
    page = send(web, one, SimpleUploadedFile("Größe.pdf", PDF), SimpleUploadedFile("a.svg", b"<svg/>"))
    assert (names(one), page.status_code) == (["Größe.pdf"], 200)
    assert "a.svg: This is no file that may be attached" in page.text
    attachment = Attachment.objects.visible_to(SYSTEM).get()
    answer = web.get(f"/attachments/{attachment.pk}/")
    assert b"".join(answer.streaming_content) == PDF
    expected = {
        "Content-Type": "application/pdf",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf"
    assert client_for(company.people.outsider).get(f"/attachments/{attachment.pk}/").status_code == 404
    assert web.post(f"/attachments/{attachment.pk}/remove/").status_code == 302
    assert names(one) == []
    assert web.get(f"/attachments/{attachment.pk}/").status_code == 404


def test_a_large_body_is_taken_only_where_files_are(web: Client, company: Company) -> None:
    one = make_touchpoint(company.account, by=principal(company.people.owner))
    send(web, one, SimpleUploadedFile("a.txt", b"x" * (6 * 2**20)))
    assert names(one) == ["a.txt"]
    kind = "multipart/form-data; boundary=x"
    answer = web.generic("POST", f"/attachments/of/{one.pk}/", b"", kind, CONTENT_LENGTH=str(102 * 2**20))
    assert answer.status_code == 413


def test_content_that_a_killed_process_left_half_written_is_written_anew(tmp_path: Path) -> None:
    half = tmp_path / "attachments" / hashlib.sha256(PDF).hexdigest()
    half.parent.mkdir()
    half.write_bytes(PDF[:5])
    attach(touch(customer(), "2026-03-02"))
    assert half.read_bytes() == PDF
