"""DuckDB: typed `read_json`, tokens and people as enums, one sort, then windows over the sorted table's own order.

Tried and slower, in processor time at ten million events: windows over strings by person (three quarters more), windows over
enums by person (a fifth more). A window without an order goes by the order in which rows were inserted, which DuckDB keeps.
"""

from __future__ import annotations

import duckdb

from benchmarks.speed.job import ABSENT, BLANK, GAP_US, Task, cores, task

_SORT = """
create temp table events as
  select enum_code(person::people) person, time_us, enum_code(token::tokens) token from read order by person, time_us
"""

_JOB = """
copy (
  with marked as (
    select person, time_us, token,
      coalesce(person <> lag(person) over () or time_us - lag(time_us) over () > {gap_us}, true) opens,
      lag(token) over () before
    from events
  ), actions as (
    select person, time_us, token, sum(opens::int) over (rows unbounded preceding) session
    from marked where opens or token <> before
  ), sessions as (
    select any_value(person) person, list(token order by time_us) sequence from actions group by session
  ), shared as (
    select sequence, count(distinct person)::int people, count(*)::int occurrences
    from sessions group by sequence having count(distinct person) >= {k}
  )
  select list_transform(sequence, lambda code: enum_range(null::tokens)[code + 1]::varchar) sequence, people, occurrences
  from shared order by sequence
) to '{out}' (format parquet)
"""


def run(given: Task) -> None:
    """Do the job."""
    columns = given.columns
    database = duckdb.connect(config={"threads": cores()})
    files = ", ".join(f"'{path}'" for path in given.files)
    if given.is_parquet:
        source = f"read_parquet([{files}])"
    else:
        kinds = {columns.person: "VARCHAR", columns.time: "TIMESTAMPTZ" if given.time_is_text else "BIGINT"}
        kinds |= dict.fromkeys(columns.token, "VARCHAR")
        typed = ", ".join(f"\"{name}\": '{kind}'" for name, kind in kinds.items())
        source = f"read_json([{files}], format='newline_delimited', columns={{{typed}}})"
    time = f'epoch_us("{columns.time}")' if given.time_is_text else f'"{columns.time}" * {columns.unit_us}'
    token = f" || '{BLANK}' || ".join(f"coalesce(\"{name}\", '{ABSENT}')" for name in columns.token)
    database.execute(
        f'create temp table read as select "{columns.person}" person, {time} time_us, {token} token from {source}'
    )
    database.execute("create type tokens as enum (select distinct token from read)")
    database.execute("create type people as enum (select distinct person from read)")
    database.execute(_SORT)
    database.execute(_JOB.format(gap_us=GAP_US, k=given.k, out=given.out))


if __name__ == "__main__":
    run(task())
