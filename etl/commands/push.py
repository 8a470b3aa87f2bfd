"""`desirepath push`: publish a registry's live versions to the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from etl.commands.arguments import RegistryDir
from etl.terminal import say


def push(
    registry: RegistryDir,
    repo: Annotated[str, typer.Option(help="The dataset repository, OWNER/NAME; made if it is not there.")],
    version: Annotated[str | None, typer.Option(help="Only this version. Default: all live ones.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Only the nights up to this date, YYYY-MM-DD.")] = None,
    tag: Annotated[
        list[str] | None, typer.Option(help="One more tag for what is pushed; repeatable.")
    ] = None,
    public: Annotated[
        bool,
        typer.Option("--public/--private", help="Who may read the repository: everybody, or its members."),
    ] = False,
    allow_unprotected: Annotated[
        bool,
        typer.Option(
            help="Make public what is simulated, has a k below 10 or counts accounts instead of people."
        ),
    ] = False,
    token_file: Annotated[Path | None, typer.Option(help="File with the token. Default: HF_TOKEN.")] = None,
    endpoint: Annotated[
        str | None, typer.Option(help="The Hub's address. Default: HF_ENDPOINT, or the public Hub.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would be done, and change nothing.")] = False,
) -> None:
    """Publish live versions to the Hugging Face Hub: upload, verify, tag. Run again, it goes on where it stopped."""
    from etl.errors import ConfigError, InterruptedPushError
    from etl.hub.address import checked_endpoint, checked_repository, checked_tags
    from etl.hub.online import online
    from etl.hub.push import Wish, carry_out, prepare, tell
    from etl.hub.source import RegistrySource
    from etl.hub.token import read_token
    from etl.registry import open_registry

    name, address = checked_repository(repo), checked_endpoint(endpoint)
    wish = Wish(version, as_of, tuple(checked_tags(tag or [])), public, allow_unprotected)
    token = read_token(token_file)
    if token is None and not dry_run:
        raise ConfigError("there is no token: set HF_TOKEN or give --token-file; it needs the right to write")
    source = RegistrySource(open_registry(registry))
    with online(address):
        from etl.hub.client import Hub

        hub = Hub(address, name, token)
        try:
            plan, found = prepare(source, hub, wish)
            if dry_run:
                for line in tell(plan, found, wish):
                    say(line)
                return
            is_private = carry_out(source, hub, wish, plan, found, say)
        except KeyboardInterrupt:
            raise InterruptedPushError(
                "interrupted; the repository shows whole versions only, and the same command goes on where this one stopped"
            ) from None
    kind = "private" if is_private else "public"
    say(
        f"at {address}/datasets/{name}, a {kind} repository: {len(plan.live)} live, {len(plan.gone)} withdrawn"
    )


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(push)
