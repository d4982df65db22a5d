"""The guard: no SQL leaves for a customer's rows unless somebody said for whom.

`ScopedQuery.get_compiler` is the one door through which Django reads (select, count, exists,
aggregate, subquery, union). It refuses a query that was scoped neither by `visible_to(principal)`
nor, by name, by `all_for_system(reason=…)`. Writes that bypass it are guarded on the queryset.
"""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import sql

from kam.people.principal import Principal

if TYPE_CHECKING:
    from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=models.Model)


class Unscoped(RuntimeError):
    """A customer's rows were about to be read or written without a scope: a mistake in our code."""

    def __init__(self, model: type[models.Model] | None) -> None:
        name = model.__name__ if model else "?"
        super().__init__(f"{name}: call visible_to(principal) or all_for_system(reason=…) first")


class ScopedQuery(sql.Query):
    scope: str | None = None  # an instance attribute survives clone() and chain()

    def get_compiler(self, *args: Any, **kwargs: Any) -> "SQLCompiler":
        if self.scope is None:
            raise Unscoped(self.model)
        return super().get_compiler(*args, **kwargs)


class ScopedQuerySet(models.QuerySet[M]):
    query: ScopedQuery

    def __init__(
        self,
        model: type[M] | None = None,
        query: sql.Query | None = None,
        using: str | None = None,
        hints: dict[str, models.Model] | None = None,
    ) -> None:
        super().__init__(model, query or (ScopedQuery(model) if model else None), using, hints)

    def visible_to(self, principal: Principal) -> Self:
        """Only the rows of accounts that `principal` sees (accounts/visibility.py is the rule)."""
        from accounts.visibility import limit_to_visible

        return limit_to_visible(self._scoped("visible_to"), principal)

    def all_for_system(self, *, reason: str) -> Self:
        """Every row. `reason` says why no person's view applies; allowed only in the files a test lists."""
        return self._scoped(reason)

    def _scoped(self, why: str) -> Self:
        queryset = self._chain()  # type: ignore[attr-defined]
        queryset.query.scope = why
        return queryset

    def _add_hints(self, **hints: Any) -> None:
        """Following a relation from a row of the same account needs no new scope; from Account it does."""
        super()._add_hints(**hints)  # type: ignore[misc]
        if isinstance(hints.get("instance"), AccountScoped) and self.query.scope is None:
            self.query.scope = "reached from a row of the same account"

    def _need_scope(self) -> None:
        if self.query.scope is None:
            raise Unscoped(self.model)

    def update(self, **kwargs: Any) -> int:
        self._need_scope()
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        self._need_scope()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _raw_delete(self, using: str | None) -> int:
        self._need_scope()
        return super()._raw_delete(using)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        raise Unscoped(self.model)

    def __or__(self, other: Any) -> Self:
        self._need_scope()
        other._need_scope()
        return super().__or__(other)

    def __xor__(self, other: Any) -> Self:
        self._need_scope()
        other._need_scope()
        return super().__xor__(other)


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)


class SkipsUniqueValidation(models.Model):
    """Django's own unique checks would tell of rows the asker cannot see; the database refuses instead.

    `kam.core.integrity` turns the constraint's name into a DomainError.
    """

    class Meta:
        abstract = True

    def validate_unique(self, exclude: Any = None) -> None:
        return None

    def validate_constraints(self, exclude: Any = None) -> None:
        return None


class AccountScoped(SkipsUniqueValidation):
    """A row that belongs to one account and is seen by whoever sees that account."""

    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="%(class)ss")

    objects = ScopedManager()

    class Meta:
        abstract = True
