"""How a service writes rows cheaply: the SQL is made once for each model and set of columns."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
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


def insert_many(rows: Iterable[models.Model]) -> None:
    """Insert new rows of one model in one statement, however many; nothing is read back.

    A parameter is a whole column: of single values a statement takes 65,535 at most, and each is dear to prepare. What
    the database fills in for the first row it fills in for all. Django does the like, but for no model that has such
    a column. Raises TypeError for a column that holds lists: they would run into one another.
    """
    made = list(rows)
    if not made:
        return
    fields = [field for field in made[0]._meta.concrete_fields if not field.generated]
    columns = {field.attname: [field.pre_save(row, add=True) for row in made] for field in fields}
    given = [field for field in fields if not _left_out(field, columns[field.attname][0])]
    params = [[field.get_db_prep_save(one, connection) for one in columns[field.attname]] for field in given]
    with connection.cursor() as cursor:
        cursor.execute(_insert_many(type(made[0]), tuple(field.attname for field in given)), params)


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


def update_many(rows: Sequence[models.Model], *names: str) -> None:
    """As `update` for many rows of one model, in one statement. Raises DatabaseError where one is not there."""
    if not rows:
        return
    fields: list[models.Field[Any, Any]] = [rows[0]._meta.get_field(name) for name in names]  # type: ignore[misc]
    values = [[field.get_db_prep_save(field.pre_save(row, add=False), connection) for row in rows] for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_update_many(type(rows[0]), names), [[row.pk for row in rows], *values])
        if cursor.rowcount != len(rows):
            raise DatabaseError(f"{len(rows) - cursor.rowcount} {type(rows[0]).__name__} to be written are not there")


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
def _insert_many(model: type[models.Model], given: tuple[str, ...]) -> str:
    fields = [field for field in model._meta.concrete_fields if field.attname in given]
    columns = ", ".join(_quoted(field.column) for field in fields)
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) SELECT * FROM {_unnested(fields)}"  # noqa: S608  (own names)


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> str:
    columns = ", ".join(f"{_quoted(model._meta.get_field(name).column)} = %s" for name in names)  # type: ignore[union-attr]
    key = model._meta.pk.column
    return f"UPDATE {_quoted(model._meta.db_table)} SET {columns} WHERE {_quoted(key)} = %s"  # noqa: S608  (own names)


@cache
def _update_many(model: type[models.Model], names: tuple[str, ...]) -> str:
    key = model._meta.pk
    fields: list[models.Field[Any, Any]] = [key, *(model._meta.get_field(name) for name in names)]  # type: ignore[list-item]
    columns = [_quoted(field.column) for field in fields]
    table, told = _quoted(model._meta.db_table), ", ".join(f"{one} = told.{one}" for one in columns[1:])
    return (
        f"UPDATE {table} SET {told} FROM {_unnested(fields)} AS told ({', '.join(columns)})"  # noqa: S608  (own names)
        f" WHERE {table}.{columns[0]} = told.{columns[0]}"
    )


def _unnested(fields: "Sequence[models.Field[Any, Any]]") -> str:
    """Return rows made of columns, each a parameter."""
    if lists := [field.name for field in fields if isinstance(field, ArrayField)]:
        raise TypeError(f"columns that hold lists: {lists}")
    # Without its length: a cast to varchar(40) would cut what is too long, and say nothing.
    types = [str(field.db_type(connection)).partition("(")[0] for field in fields]
    return f"unnest({', '.join(f'%s::{one}[]' for one in types)})"


def _quoted(name: Any) -> str:
    return f'"{name}"'
