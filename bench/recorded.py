"""The statements that logging a touchpoint runs, recorded once and run again raw."""

import pickle
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

TRANSACTION = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)", re.IGNORECASE)


@dataclass
class Recording:
    """Statements with parameters; `touchpoint` and `now` are those of the recorded one, replaced at each replay."""

    touchpoint: UUID | None = None
    now: datetime | None = None
    statements: list[tuple[str, Any]] = field(default_factory=list)

    @classmethod
    def load(cls, path: str) -> "Recording":
        return pickle.loads(Path(path).read_bytes()) if path else cls()

    def save(self, path: Path) -> None:
        path.write_bytes(pickle.dumps(self))

    def add(self, statement: str, parameters: Any) -> None:
        if not TRANSACTION.match(statement):
            self.statements.append((statement, parameters))

    def replay(self, connection: Any) -> None:
        """One transaction with the recorded statements, as for a new touchpoint of this moment."""
        touchpoint, moved = uuid4(), datetime.now(UTC) - (self.now or datetime.now(UTC))
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            for statement, parameters in self.statements:
                cursor.execute(statement, self._renewed(parameters, touchpoint, moved))
            cursor.execute("COMMIT")

    def _renewed(self, value: Any, touchpoint: UUID, moved: timedelta) -> Any:
        if isinstance(value, dict):
            return {name: self._renewed(one, touchpoint, moved) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._renewed(one, touchpoint, moved) for one in value)
        if value == self.touchpoint:
            return touchpoint
        return value + moved if isinstance(value, datetime) else value
