"""How a service writes one row cheaply: the SQL is made once for each model and set of columns."""

from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=models.Model)


def insert(row: M, *, unseen: bool = False) -> M:
    """Insert a new row, as `save(force_insert=True)` does, what the database itself fills in read back.

    `unseen`: nothing is read back, of a row that its writer need not be allowed to see.
    """
    fields = list(row._meta.concrete_fields)
    values = [None if field.generated else field.pre_save(row, add=True) for field in fields]
    given = [not _left_out(field, value) for field, value in zip(fields, values, strict=True)]
    sql, filled = _insert(type(row), tuple(given), unseen)
    params = [
        field.get_db_prep_save(value, connection)
        for field, value, here in zip(fields, values, given, strict=True)
        if here
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for name, value in zip(filled, cursor.fetchone() if filled else (), strict=True):
            setattr(row, name, value)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def _left_out(field: "models.Field[Any, Any]", value: object) -> bool:
    """Whether the database fills this in: a running key, a generated column, a default of its own."""
    return field.generated or isinstance(value, DatabaseDefault) or (value is None and field.primary_key)


def update(row: models.Model, *names: str) -> None:
    """Write these fields of a row that is there, as `save(update_fields=…)` does. Raises DatabaseError for none."""
    fields: list[models.Field[Any, Any]] = [row._meta.get_field(name) for name in names]  # type: ignore[misc]
    params = [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_update(type(row), names), [*params, row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{type(row).__name__} to be written is not there")


@cache
def _insert(model: type[models.Model], given: tuple[bool, ...], unseen: bool) -> tuple[str, list[str]]:
    """Return the statement, and the attributes that it reads back."""
    fields = model._meta.concrete_fields
    columns = [field.column for field, here in zip(fields, given, strict=True) if here]
    filled = [field for field, here in zip(fields, given, strict=True) if not here and not unseen]
    sql = f"INSERT INTO {_quoted(model._meta.db_table)} ({', '.join(map(_quoted, columns))})"
    sql += f" VALUES ({', '.join(['%s'] * len(columns))})"
    if filled:
        sql += f" RETURNING {', '.join(_quoted(field.column) for field in filled)}"
    return sql, [field.attname for field in filled]


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> str:
    columns = ", ".join(f"{_quoted(model._meta.get_field(name).column)} = %s" for name in names)  # type: ignore[union-attr]
    key = model._meta.pk.column
    return f"UPDATE {_quoted(model._meta.db_table)} SET {columns} WHERE {_quoted(key)} = %s"  # noqa: S608  (own names)


def _quoted(name: Any) -> str:
    return f'"{name}"'
