"""Import a CSV or Excel file from the shell, by the same code as the page."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kam.core.clock import now
from kam.core.errors import BadInput, DomainError
from kam.core.text import check_json
from kam.exchange.enums import Level, Missing
from kam.exchange.formats import Format
from kam.exchange.models import ImportJob
from kam.exchange.registry import kinds
from kam.exchange.selectors import issues_of, report
from kam.exchange.services import Request, import_now
from kam.people.shell import acting_as

SHOWN = 20


class Command(BaseCommand):
    help = "Import records from a CSV or Excel file. Importing the same file again changes nothing. See docs/import.md."

    def add_arguments(self, parser: CommandParser) -> None:
        missing = [value.value for value in Missing]
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--kind", required=True, choices=[kind.key for kind in kinds()])
        parser.add_argument("--mapping", required=True, type=Path, help="JSON file: our field → their column")
        parser.add_argument("--defaults", default="{}", metavar="JSON", help='such as {"channel": "phone"}')
        parser.add_argument("--source", help="name of the system the file comes from; part of every identity")
        parser.add_argument("--missing-accounts", default=Missing.REJECT.value, choices=missing)
        parser.add_argument("--missing-types", default=Missing.REJECT.value, choices=missing)
        parser.add_argument("--encoding", help="of the file, where it is not what it looks like: utf-8, cp1252 …")
        parser.add_argument("--delimiter", help="comma, semicolon, tab or pipe, where it is not what it looks like")
        parser.add_argument("--sheet", help="of an Excel file; without it the first that holds a row")
        parser.add_argument("--as", dest="email", metavar="EMAIL", help="import with this person's rights and name")
        parser.add_argument("--dry-run", action="store_true", help="check every line, write nothing")
        parser.add_argument("--fail-on-rejected", action="store_true", help="exit with 1 if a line was rejected")
        parser.add_argument("--json", action="store_true", help="print the whole report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as file:
                by = acting_as(options["email"], command="import_records")
                job = import_now(by=by, request=_request(options, file), clock=now)
        except DomainError as error:
            raise CommandError(error.detail) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        self._print(job, as_json=options["json"])
        if job.failure:
            raise CommandError(job.failure)
        if options["fail_on_rejected"] and job.rejected:
            raise CommandError(f"{job.rejected} of {job.total} lines were rejected.")

    def _print(self, job: ImportJob, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report(job), ensure_ascii=False, indent=1))
            return
        words = ", ".join(f"{number} {name}" for name, number in job.rows.items())
        self.stdout.write(f"Read as {_in_words(job.written)}.")
        self.stdout.write(f"{'Dry run, nothing written. ' if job.dry_run else ''}{words}")
        issues = issues_of(job).order_by("line", "id")
        for issue in issues[:SHOWN]:
            where = f"line {issue.line}" + (f", {issue.column}" if issue.column else "")
            self.stdout.write(f"  {Level(issue.level).label}: {where}: {issue.message} [{issue.code}]")
        if (more := issues.count() - SHOWN) > 0:
            self.stdout.write(f"  … and {more} more; --json lists all")


def _in_words(written: Format) -> str:
    if written.sheet:
        return f"sheet “{written.sheet}”"
    return f"{written.encoding}, cells separated by {written.delimiter!r}"


def _request(options: dict[str, Any], file: Any) -> Request:
    mapping = check_json(options["mapping"].read_bytes())
    defaults = check_json(options["defaults"].encode())
    if not isinstance(defaults, dict):
        raise BadInput("bad_defaults", "--defaults must be a JSON object: our field → text.")
    if options["source"]:
        defaults["source"] = options["source"]
    return Request(
        kind=options["kind"],
        file=file,
        filename=options["file"].name,
        mapping=mapping,
        defaults=defaults,
        missing_accounts=Missing(options["missing_accounts"]),
        missing_types=Missing(options["missing_types"]),
        dry_run=options["dry_run"],
        written={name: options[name] for name in ("encoding", "delimiter", "sheet")},
    )
