"""`desirepath erase`, `rotate-key` and `migrate`: what people may ask for, and what becomes of keys and spelling."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.commands.arguments import By, RegistryDir, who
from etl.terminal import say

Participation = Annotated[
    str, typer.Option("--participation", help="Participation file (CSV or Parquet), or none.")
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="Pseudonym key. Default: $DESIREPATH_KEY, else the user's own."),
]
PoolKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--pool-key-file", help="Key of what waits. Default: $DESIREPATH_POOL_KEY, else the user's own."
    ),
]


class Published(StrEnum):
    """What becomes of the versions that somebody erased contributed to."""

    KEEP = "keep"
    WITHDRAW = "withdraw"


class Which(StrEnum):
    """Which key is changed."""

    POOL = "pool"
    PSEUDONYM = "pseudonym"


def erase(
    accounts: Annotated[Path, typer.Option("--accounts", help="Text file, one account a line.")],
    registry: RegistryDir,
    participation: Participation,
    published: Annotated[
        Published,
        typer.Option("--published", help="Versions they contributed to: keep them, or withdraw them whole."),
    ] = Published.KEEP,
    reason: Annotated[
        str, typer.Option("--reason", help="Why; everybody can read it where a version is withdrawn.")
    ] = "erasure of data on request",
    by: By = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what there is of them; change nothing.")
    ] = False,
    unknown_too: Annotated[
        bool,
        typer.Option(
            "--unknown-too", help="Shut out accounts of which nothing is known, too, instead of refusing."
        ),
    ] = False,
    key_file: KeyFile = None,
    pool_key_file: PoolKeyFile = None,
) -> None:
    """Erase people: from what waits and what is remembered, with all their accounts, and never admit them again.

    Prints what the users of the data should be told. What was deleted is proved in the audit log. A request that names an
    account of which nothing is known is refused (2): it may be misspelt.
    """
    from etl.accounts_file import read_account_lines
    from etl.erase import erase as erase_people
    from etl.erase import find_traces
    from etl.erasure_notice import erasure_notice, traces_found
    from etl.errors import ConfigError
    from etl.keys import load_keys
    from etl.known import told, unknown_lines
    from etl.participation import read_participation
    from etl.registry import open_registry
    from etl.sealed_objects import check_pool_key
    from transforms.erasure import ascending
    from transforms.participation import all_accounts_of
    from transforms.pseudonym import derive_key, key_fingerprint, pseudonyms

    keys = load_keys(key_file, pool_key_file)
    requested = read_account_lines(accounts)
    names = requested.column("account").combine_chunks().unique()
    named = pseudonyms(names, key=derive_key(keys.pseudonym, "person"))
    read = read_participation(participation, keys.pseudonym)
    people = ascending(all_accounts_of(named, None if read is None else read.registry))
    asked: dict[str, Any] = {"published": published.value, "reason": reason.strip(), "by": who(by)}
    opened = open_registry(registry)
    with opened.locked():
        opened.check_key(key_fingerprint(keys.pseudonym), remember=not dry_run)
        check_pool_key(opened.store, keys.pool, remember=not dry_run)
        unknown = unknown_lines(opened, requested, None if read is None else read.registry, keys)
        if dry_run:
            if unknown:
                say(
                    f"accounts of which nothing is known: {len(unknown):,} (--accounts, {told(unknown)}): check the spelling"
                )
            say(traces_found(find_traces(opened, people, keys.pool, **asked)), nl=False)
            return
        if unknown and not unknown_too:
            raise ConfigError(
                f"of {len(unknown):,} of the accounts named nothing is known, neither in the participation file nor in the "
                f"registry (--accounts, {told(unknown)}); nothing was erased. Check the spelling, or shut them out all the "
                "same with --unknown-too"
            )
        entry = erase_people(opened, people, keys.pool, **asked)
    if not entry.fields["rows"]:
        say("nothing was kept of these accounts; they are not admitted again")
    say(f"erased; the proof is {opened.where(entry.name)}. For the users of the data:\n")
    say(erasure_notice(entry.fields["withdrawn"], entry.fields["unknown"]), nl=False)


def rotate_key(
    registry: RegistryDir,
    which: Annotated[Which, typer.Option("--which", help="Which key.")],
    new_key_file: Annotated[Path, typer.Option("--new-key-file", help="The new key, 64 hex digits.")],
    participation: Annotated[
        str,
        typer.Option("--participation", help="For the pseudonym key: whoever it lists is renamed. Or none."),
    ] = "none",
    accounts: Annotated[
        Path | None,
        typer.Option("--accounts", help="For the pseudonym key: more accounts to rename, one a line."),
    ] = None,
    lose_erased: Annotated[
        bool,
        typer.Option(
            "--lose-erased", help="Forget erased accounts that are not named; they could be admitted again."
        ),
    ] = False,
    by: By = None,
    key_file: KeyFile = None,
    pool_key_file: PoolKeyFile = None,
) -> None:
    """Change a key of the registry. Interrupted, it is run again with the same keys.

    The pool key: all that is sealed is sealed anew. The pseudonym key: whoever is named is renamed; what waits of others
    is removed, and no event of the nights so far counts as late any more. Who was erased stays out, named or not.
    """
    from etl.accounts_file import read_accounts
    from etl.errors import ConfigError
    from etl.keys import POOL_KEY, PSEUDONYM_KEY, load_keys, read_key_file
    from etl.participation import names_in
    from etl.registry import open_registry
    from etl.rotate_pool_key import rotate_pool_key
    from etl.rotate_pseudonym_key import rotate_pseudonym_key
    from etl.rotation import is_the_other

    keys = load_keys(key_file, pool_key_file)
    kind = POOL_KEY if which is Which.POOL else PSEUDONYM_KEY
    new = read_key_file(kind, new_key_file)
    opened = open_registry(registry)
    if new in keys or is_the_other(opened.store, which.value, new):
        raise ConfigError(f"--new-key-file holds a key that is in use: make a new {kind.title}")
    with opened.locked():
        if which is Which.POOL:
            entry = rotate_pool_key(opened, keys.pool, new, by=who(by))
        else:
            listed, units = names_in(participation)
            extra = [] if accounts is None else read_accounts(accounts).to_pylist()
            entry = rotate_pseudonym_key(
                opened,
                keys.pseudonym,
                new,
                keys.pool,
                accounts=[*listed, *extra],
                units=units,
                by=who(by),
                lose_erased=lose_erased,
            )
    if entry is None:
        say(f"the registry has this {kind.title} already")
        return
    say(
        f"the {kind.title} of {opened.where()} is the new one (audit entry {opened.where(entry.name)}). Give it to whatever "
        "runs the job, and destroy the old one once no backup needs it"
    )


def migrate(
    registry: RegistryDir,
    participation: Annotated[
        str, typer.Option("--participation", help="Whoever it lists is renamed (CSV or Parquet). Or none.")
    ],
    accounts: Annotated[
        Path | None, typer.Option("--accounts", help="More accounts to rename, one a line.")
    ] = None,
    by: By = None,
    key_file: KeyFile = None,
    pool_key_file: PoolKeyFile = None,
) -> None:
    """Move a registry to today's spelling of names, once. Interrupted, it is run again with the same files.

    Whoever is named is renamed; what waits of others is removed and counted, and no event of the nights so far counts as
    late any more. Published versions stay as they are, and who was erased stays out.
    """
    from etl.accounts_file import read_account_lines
    from etl.keys import load_keys
    from etl.migrate import migrate as move
    from etl.participation import spellings_in
    from etl.registry import open_registry
    from transforms.former_spelling import formerly, spelled_both_ways

    keys = load_keys(key_file, pool_key_file)
    people, units = spellings_in(participation)
    if accounts is not None:
        lines = read_account_lines(accounts)
        written, now = (lines.column(name).combine_chunks() for name in ("written", "account"))
        people += spelled_both_ways(formerly(written), now)
    opened = open_registry(registry)
    with opened.locked():
        entry = move(opened, keys.pseudonym, keys.pool, accounts=people, units=units, by=who(by))
    if entry is None:
        say("the names in the registry are spelled by today's rule already")
        return
    lost = ", ".join(f"{kind} {number:,}" for kind, number in entry.fields["lost"].items()) or "none"
    say(
        f"the names in {opened.where()} are spelled by today's rule (audit entry {opened.where(entry.name)}). Rows that "
        f"could not be renamed, and are gone: {lost}"
    )


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(erase)
    app.command("rotate-key")(rotate_key)
    app.command()(migrate)
