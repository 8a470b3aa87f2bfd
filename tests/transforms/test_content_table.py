"""Every entry of the table of content columns does what its own examples say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from transforms.content_columns import ContentTable, ContentWords, load_content_words, own_table, says_content

SENSES = own_table().senses
WORDS = load_content_words()


@pytest.mark.parametrize("sense", SENSES, ids=lambda sense: sense.sense)
def test_the_examples_of_a_sense(sense) -> None:
    assert len(sense.content) >= 5
    assert len(sense.harmless) >= 3
    assert [name for name in sense.content if WORDS.passes(name) is None] == []
    assert [name for name in sense.harmless if WORDS.passes(name) is not None] == []


@pytest.mark.parametrize("sense", SENSES, ids=lambda sense: sense.sense)
def test_a_sense_is_what_finds_its_words(sense) -> None:
    """Each word of each language is found, written alone, in capitals, in a path, with a number, behind another."""
    words = [word for spoken in sense.words.values() for word in spoken] + list(sense.inside)
    spelled = [
        name
        for word in words
        for name in (word, word.upper(), f"event.{word}", f"{word}2", f"last_{word}", word.replace(" ", "_"))
    ]
    assert [name for name in spelled if WORDS.passes(name) is None] == []
    assert [name for name in words if sense.passes == "key_class" and WORDS.passes(name) != "key_class"] == []


def test_many_languages_have_each_sense() -> None:
    wanted = set("en de fr es it pt nl pl cs sv da no fi tr ru uk el hu ro ar he hi vi id".split())
    for sense in SENSES:
        assert wanted <= set(sense.words), sense.sense
        for script in ("\u4e00-\u9fff", "\u30a0-\u30ff", "\uac00-\ud7a3", "\u0e00-\u0e7f"):
            import re

            assert re.search(f"[{script}]", "".join(sense.inside)), (sense.sense, script)


FRESH = """
message messages lastMessage chat_messages Message.text slackMessage subject Subject
mailSubject emailsubject betreff Betreffzeile search searchString search_terms
site_search prompt system_prompt chat note Notes patient_note mail Mail e_mail email otp
otp2 payload eventPayload webhook.payload 消息 消息内容 搜索词 搜尋 備註 邮件主题 メッセージ本文 検索ワード 메시지내용 검색어
ข้อความ nachricht letzteNachricht Suchbegriff Notizfeld objet courriel requête asunto
mensaje búsqueda oggetto messaggio ricerca assunto mensagem pesquisa onderwerp bericht
zoekterm temat wiadomosc zapytanie předmět zpráva dotaz ämne meddelande sökord emne
besked søgning melding søk aihe viesti haku konu mesaj arama тема сообщение запрос
повідомлення пошук θέμα μήνυμα αναζήτηση tárgy üzenet keresés subiect mesaj căutare
موضوع الرسالة بحث נושא ההודעה חיפוש विषय संदेश खोज chủ_đề tin_nhắn tìm_kiếm subjek pesan
pencarian ｍｅｓｓａｇｅ mes\u200bsage mеssage MESSAGE Message2 data.message request.message
""".split()

KEPT = """
message_type messageId message_count search_engine search_button chat_status
mail_folder_id note_id payload.action payload.event.type email_client prompt_id
subject_id event_type action app target page_id control state status role research
post_id thread_count notebook searchable mailbox_id poster promptness chatty_level
""".split()


@pytest.mark.parametrize("column", FRESH)
def test_columns_of_content_are_known(column: str) -> None:
    assert says_content(column)


@pytest.mark.parametrize("column", KEPT)
def test_columns_about_content_are_not(column: str) -> None:
    assert not says_content(column)


def test_what_was_typed_is_never_opened_by_a_review() -> None:
    assert {WORDS.passes(name) for name in ("password", "e.key", "clipboard", "otp", "text")} == {"key_class"}
    assert {WORDS.passes(name) for name in ("message", "subject", "note", "payload")} == {"reviewed"}


def test_columns_of_command_lines_are_known() -> None:
    known = [
        "command",
        "cmd",
        "CommandLine",
        "bash_command",
        "event.shell",
        "Befehl",
        "команда",
        "命令",
        "コマンド",
    ]
    assert [name for name in known if not WORDS.is_command_line(name)] == []
    others = ["command_id", "commandment", "event_type", "shell_version", "recommended"]
    assert [name for name in others if WORDS.is_command_line(name)] == []


def test_a_steward_adds_words() -> None:
    more = ContentTable.model_validate(
        {"senses": [{"sense": "ours", "passes": "reviewed", "words": {"xx": ["fernspruch"]}}]}
    )
    assert WORDS.passes("fernspruch") is None
    assert ContentWords.build([own_table(), more]).passes("last_fernspruch") == "reviewed"


def test_a_table_with_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValidationError):
        ContentTable.model_validate({"senses": [{"sense": "x", "passes": "always"}]})
