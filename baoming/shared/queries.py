"""What is asked of any table."""

from django.db import connection, models


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """Take `count` ids of the table's own sequence, for new rows whose sealed fields are bound to their id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]
