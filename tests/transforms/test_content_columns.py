"""What somebody typed, read or copied has no column to pass through but as classes of keys."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from transforms.content_columns import says_content
from transforms.mapping import ActionColumn

CONTENT = """
key keys Key KEY key1 keyCode KeyCode keycode key_code key-code e.key event.key evt.keyCode payload.event.key key.char
keyChar keysym keyName keyval keypressed lastKey pressedKey rawKey hotkey vk vkCode scancode scan_code which charCode char
chars Character codepoint ch.chr text Text TEXT txt inputText input_text innerText plainText textContent textValue
selectedText selection_text element.text labelText window_title windowTitle WindowTitle windowtitle pageTitle title
tab.title title2 value Value newValue old_value val field_value target.value inputValue clipboard Clipboard clipboardData
clip_text pasted paste_content pasteText password Password passwordField user_password passwd pwd PW pin pinCode secret
clientSecret body messageBody message_body request.body content contents Content.html innerHTML outerHtml html keystroke
keystrokes keyStrokeData typed typedText typed_value input userInput keyboard keyboard_input raw.keyboard dwell dwell_time
flightTime string inputString comment freeText free_text search_query queryText transcript ocr_text caption
Zeichen zeichenkette Zeichen_Code Taste tastencode Tastendruck Texteingabe eingabetext Eingabe Fenstertitel fenster_titel
Titel Wert neuerWert Inhalt Passwort passwort_feld Kennwort Zwischenablage texte Texte valeur titre contenu touche
touche.code caractère caractere mot_de_passe motDePasse mdp saisie presse_papiers texto valor título titulo contenido
tecla contraseña contrasena clave portapapeles testo valore titolo contenuto tasto wachtwoord wachtwoordveld tekst waarde
inhoud toets toetscode klembord lösenord losenord tecken värde adgangskode passord salasana hasło haslo heslo tytuł tresc
jelszó şifre текст пароль символ клавиша значение 密码 按键 文本 标题 剪贴板 パスワード キー テキスト 비밀번호 텍스트
kеy tехt ｋｅｙ tеxt_vаlue ІnputТext data.attributes.inputText a.b.c.d.keyCode INPUT_TEXT input-text input:text
""".split()

HARMLESS = """
event_type eventType type action app application application_name app.name target target.id nodeName node_name id element_id
elementId css_class className url uri path file_path file_kind host country device os browser role state status kind
category command cmd method level menu menu_item button button_id widget control screen page page_id tab tab_id view
layout keyboard_layout keyboard_layout_event monkey turkey context context_id hypertext texture textile subtitle_id
duration count x y scroll_delta mouse_button direction timestamp time date user user_id session session_id developer
vendorId rating module plugin extension language locale version count_of_items somebody InteractionType author_ts
passenger compass bypass evaluation retrieval charge chart chapter keynote_id titled bodyguard
""".split()


@pytest.mark.parametrize("column", CONTENT)
def test_content_is_refused_but_as_a_class_of_keys(column: str) -> None:
    assert says_content(column)
    for how in ("template", "verbatim"):
        with pytest.raises(ValidationError):
            ActionColumn.model_validate({"column": column, "as": how})
    assert ActionColumn.model_validate({"column": column, "as": "key_class"}).as_ == "key_class"


def test_names_of_things_are_not() -> None:
    assert [column for column in HARMLESS if says_content(column)] == []


@pytest.mark.parametrize("before", ["", "a.", "payload.event.", "x_", "X-"])
def test_nesting_and_numbering_hide_nothing(before: str) -> None:
    assert [column for column in CONTENT if not says_content(before + column)] == []
    assert [column for column in CONTENT if not says_content(f"{before}{column}_{len(column)}")] == []
