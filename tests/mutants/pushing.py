"""Mutants of `push`: what must never stand at the Hub, and what must never be forgotten there."""

from __future__ import annotations

from tests.mutants.mutant import mutant

PUSH = "tests/hub/test_push.py"
PLAN = "tests/hub/test_plan.py"
REFUSALS = "tests/hub/test_refusals.py"
HISTORY = f"{PLAN}::test_any_history_of_interrupted_pushes_ends_as_one_push_does"
WITHDRAWN = f"{PUSH}::test_a_withdrawn_version_is_gone_from_files_card_tags_and_history"

PUSHING = (
    mutant(
        "the first data is sent before there is a card",
        HISTORY,
        ("etl/hub/plan.py", "if not (told or gone or any(missing.values())):", "if not (told or gone):"),
    ),
    mutant(
        "a card names versions whose data is still missing",
        HISTORY,
        ("etl/hub/plan.py", "whole = [h for h in live if not missing[h.name]]", "whole = list(live)"),
    ),
    mutant(
        "a manifest is sent before its data",
        f"{PLAN}::test_a_large_version_takes_several_commits_and_its_manifest_comes_last",
        ("etl/hub/holdings.py", "(*self.data, *told, self.manifest)", "(self.manifest, *told, *self.data)"),
    ),
    mutant(
        "withdrawn data stays in the repository",
        WITHDRAWN,
        ("etl/hub/plan.py", "(*told, *card.add), (*gone, *card.delete))", "(*told, *card.add), card.delete)"),
    ),
    mutant(
        "withdrawn data stays in the history",
        WITHDRAWN,
        ("etl/hub/push.py", "        hub.purge(stored)\n", ""),
    ),
    mutant(
        "withdrawn data goes from the history only when all else went well",
        f"{PUSH}::test_nothing_that_fails_keeps_withdrawn_data_in_the_history",
        ("etl/hub/push.py", "    _withdraw(hub, plan, say)  # before anything else can fail\n", ""),
        (
            "etl/hub/push.py",
            "    _check_registry(source, plan)\n    extra",
            "    _withdraw(hub, plan, say)\n    _check_registry(source, plan)\n    extra",
        ),
    ),
    mutant(
        "the tag of a withdrawn version stays",
        WITHDRAWN,
        ("etl/hub/push.py", "        hub.untag(tag)\n", ""),
    ),
    mutant(
        "content that a live version shares is purged with a withdrawn one",
        f"{PUSH}::test_content_that_a_live_version_shares_is_not_purged",
        (
            "etl/hub/plan.py",
            'for file in h.version.manifest["files"]) - data,',
            'for file in h.version.manifest["files"]),',
        ),
    ),
    mutant(
        "a withdrawal that nobody can see yet is overlooked",
        "tests/hub/test_source.py::test_a_withdrawal_that_cannot_be_seen_yet_stops_the_push",
        ("etl/hub/source.py", "        if withdrawn - {version.name", "        if set() - {version.name"),
    ),
    mutant(
        "what arrived is not verified before it is tagged",
        f"{PUSH}::test_what_is_damaged_at_the_hub_is_not_tagged_and_is_repaired",
        (
            "etl/hub/verify.py",
            "    wrong = differences(wanted, files)\n    left",
            "    wrong: list[str] = []\n    left",
        ),
    ),
    mutant(
        "a damaged local file is sent",
        f"{PUSH}::test_a_damaged_local_file_is_not_sent",
        ("etl/hub/client.py", "if addition.upload_info.sha256.hex() != file.sha256:", "if False:"),
    ),
    mutant(
        "a tag on other content is taken for granted",
        f"{PUSH}::test_a_tag_on_other_content_is_left_alone",
        (
            "etl/hub/push.py",
            "        verify_tag(tag, files, hub.files_at(tag, [file.path for file in files]))",
            "        pass",
        ),
    ),
    mutant(
        "somebody else's commit meanwhile is overlooked",
        f"{PUSH}::test_another_push_at_the_same_time_is_noticed",
        ("etl/hub/client.py", "                    parent_commit=parent,\n", ""),
    ),
    mutant(
        "a repository is public unless told otherwise",
        f"{PUSH}::test_everything_public_arrives_and_nothing_else",
        ("etl/hub/push.py", "hub.create(private=not wish.public)", "hub.create(private=wish.public)"),
    ),
    mutant(
        "a repository that is public already takes everything",
        f"{REFUSALS}::test_a_public_repository_takes_an_explicit_wish",
        (
            "etl/hub/push.py",
            "not repository.is_private and not wish.public:",
            "not repository.is_private and False:",
        ),
    ),
    mutant(
        "a low k is made public",
        f"{REFUSALS}::test_what_is_not_protected_goes_to_members_only",
        ("etl/hub/push.py", "if wish.public and weak and not wish.allow_unprotected:", "if False:"),
    ),
    mutant(
        "a withdrawn version comes back from a backup",
        f"{REFUSALS}::test_a_withdrawn_version_does_not_come_back",
        ("etl/hub/foreign.py", "if tombstone_of(holding.name) in there:", "if False:"),
    ),
    mutant(
        "a dry run does it",
        f"{PUSH}::test_a_dry_run_sends_nothing",
        ("etl/commands/push.py", "            if dry_run:\n", "            if dry_run and False:\n"),
    ),
    mutant(
        "the client stays offline",
        f"{PUSH}::test_the_client_is_left_as_it_was",
        ("etl/hub/online.py", '        "HF_HUB_OFFLINE": False,\n', ""),
    ),
)
