"""What is asked of any table, and how a question of every request is asked cheaply."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from inspect import signature
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.lookups import Lookup
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

P = ParamSpec("P")
R = TypeVar("R")
_Read = Callable[[Iterable[Any]], list[Any]]  # from the database's rows to those of the query set


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """Take `count` ids of the table's own sequence, for new rows whose sealed fields are bound to their id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


class Kept(Generic[P, R]):
    """A question whose SQL is made once a process; each call asks the database anew, with its own values.

    Decorates a function that returns a query set (of rows, or `values_list`). Called, it returns the
    rows as a list. Django would make the same SQL again each time, for thrice the price of the answer.
    The values stand where a lookup takes one (`pk=…`, `closes__gt=…`; a list of them in `pk__among=…`), never in
    `__in`, a slice or an `if`. `page` asks for a part of the rows.
    """

    def __init__(self, build: "Callable[P, models.QuerySet[Any, R]]") -> None:
        self._build, self._names = build, tuple(signature(build).parameters)
        update_wrapper(self, build)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        return self._ask("", args, kwargs)

    def page(self, first: int, size: int, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Return `size` rows from the `first` on, counted from 0."""
        return self._ask(f" LIMIT {int(size)} OFFSET {int(first)}", args, kwargs)

    def _ask(self, end: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[R]:
        asked, values = self._asked, {**dict(zip(self._names, args, strict=False)), **kwargs}
        if None in values.values():
            raise TypeError("None would ask another question: IS NULL")
        if asked.locks and connection.get_autocommit():
            raise TransactionManagementError("a row is locked in a transaction only")
        with connection.cursor() as cursor:
            params = [_plain(values[one.name]) if type(one) is _Value else one for one in asked.params]
            cursor.execute(asked.sql + end, params)
            return asked.read(cursor.fetchall())

    def first(self, *args: P.args, **kwargs: P.kwargs) -> R | None:
        """Return the first row, or None."""
        rows = self(*args, **kwargs)
        return rows[0] if rows else None

    @cached_property
    def _asked(self) -> "_Asked":
        build: Callable[..., models.QuerySet[Any, R]] = self._build
        rows = build(**{name: _Value(name) for name in self._names})
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        return _Asked(sql, tuple(params), bool(rows.query.select_for_update), _reader(rows, compiler))


def kept_one(build: "Callable[P, models.QuerySet[Any, R]]") -> Callable[P, R | None]:
    """As `Kept`, for a question that has one answer: its first row, or None."""
    return Kept(build).first


def _plain(value: Any) -> Any:
    """A row stands for its key, as in any query set."""
    return value.pk if isinstance(value, models.Model) else value


@dataclass(frozen=True, slots=True)
class _Asked:
    sql: str
    params: tuple[Any, ...]
    locks: bool
    read: _Read


@models.Field.register_lookup
class Among(Lookup):
    """`pk__among=…`: any of a list that is one value of the statement, however long it is."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:  # type: ignore[override]
        (left, of_left), (right, of_right) = (
            self.process_lhs(compiler, connection),
            self.process_rhs(compiler, connection),
        )
        return f"{left} = ANY({right})", [*of_left, *of_right]


class _Value(Expression):
    """The place of one value in the SQL."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, *_: object) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "%s", [self]


def _reader(rows: models.QuerySet[Any, Any], compiler: SQLCompiler) -> _Read:
    """Return what makes the query set's own rows of the database's."""
    kind = rows._iterable_class
    if kind is ModelIterable:
        return _converted(compiler, _instances(compiler))
    if kind is FlatValuesListIterable:
        return _converted(compiler, lambda found: [row[0] for row in found])
    if kind is ValuesListIterable:
        return _converted(compiler, lambda found: [tuple(row) for row in found])
    raise TypeError("rows, or a list of values, are kept; nothing else")


def _converted(compiler: SQLCompiler, make: Callable[[Iterable[Any]], list[Any]]) -> _Read:
    """Let the fields first make their own of what the database holds (a JSON text, for one)."""
    converters = compiler.get_converters([column for column, *_ in compiler.select])
    return (lambda found: make(compiler.apply_converters(found, converters))) if converters else make


def _instances(compiler: SQLCompiler) -> _Read:
    """As Django's ModelIterable, with what it looks up each time looked up once."""
    info = compiler.klass_info
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column.target.attname for column, *_ in compiler.select[first:last]]
    related = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # of Django 6
    annotations = compiler.annotation_col_map.items() if compiler.annotation_col_map else ()

    def instance(row: Sequence[Any]) -> models.Model:
        made: models.Model = info["model"].from_db(DEFAULT_DB_ALIAS, names, row[first:last])
        for one in related:
            one.populate(row, made)
        for name, place in annotations:
            setattr(made, name, row[place])
        return made

    return lambda found: [instance(row) for row in found]
