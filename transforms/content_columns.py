"""Columns whose name says that they hold what somebody typed, read or copied: they pass as classes of keys or not at all.

A false alarm costs a renamed column, a miss what somebody wrote; so a name is judged by its words in many languages and
spellings, and `issue_key` is refused with `e.key`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from transforms.rules.normal_form import LOOK_ALIKES

_WORDS: Final = frozenset(
    # keys and characters
    "key keys keycode keysym scancode vk vkey vkcode which char chars chr character characters charcode codepoint glyph "
    "letter letters taste tasten touche touches tecla teclas tasto tasti toets toetsen tangent klawisz klavesa nappain "
    "zeichen buchstabe caractere caracteres caracter carattere caratteri teken tekens tecken tegn merkki znak znaki "
    # texts and values
    "text texts txt texte textes texto textos testo testi tekst teksti tekstas szoveg metin freetext plaintext string "
    "value values val vals wert werte valeur valeurs valor valores valore valori waarde varde verdi vaerdi arvo wartosc "
    "hodnota ertek deger "
    "title titles titel titre titres titulo titulos titolo titoli tytul otsikko nazev cim baslik caption heading "
    "body bodies content contents inhalt inhalte contenu contenus contenido conteudo contenuto inhoud innehall indhold "
    "innhold sisalto tresc obsah tartalom icerik html innerhtml outerhtml innertext markdown snippet transcript utterance "
    "speech ocr comment comments kommentar commentaire comentario commento opmerking remark query queries suchbegriff "
    # what was put in
    "input inputs typed typing eingabe eingaben saisie entree entrada inmatning invoer wejscie getippt "
    "paste pasted clip clipboard zwischenablage pressepapiers portapapeles appunti klembord urklipp schowek schranka pano "
    "keystroke keystrokes keylog dwell flight "
    # secrets
    "password passwords passwd passwort kennwort passphrase passcode pass passw pwd pw pin secret secrets mdp motdepasse "
    "contrasena senha clave wachtwoord losenord adgangskode passord salasana haslo heslo jelszo parola sifre "
    # beyond Latin letters
    "текст символ клавиша значение заголовок пароль содержание буфер κείμενο τιμή κωδικός".split()
)
_GLUED: Final = re.compile(
    # a word for content behind another word, or before one
    r"^(?:window|page|doc|document|tab|inner|outer|plain|typed|raw|full|input|output|selected|selection|label|field|element|"
    r"node|button|link|alt|old|new|cell|user|search|event|target|current|fenster|seiten|eingabe|feld)?"
    r"(?:text|txt|title|titel|titre|value|wert|valeur|html|content|inhalt|body|char|character|string|zeichen)s?"
    r"(?:data|value|text|content|html|field|box|area|node|input|code|typed|length|eingabe|kette|feld)?$"
    r"|^key(?:code|name|sym|val|value|press|pressed|down|up|char|character|data|log|id|text|string|typed|hit|stroke)s?"
    r"(?:code|char|value|data|key|input)?$"
    r"|^(?:hot|short|press|pressed|last|raw|phys|physical|virtual|typed|event|current|first|down|soft|my|e|evt|which)key(?:s|code)?$"
    r"|^(?:tasten|tastatur|toets|zeichen|eingabe|clip|passw|passphrase|passcode|kennwort|wachtwoord|contrase|losenord|mot_?de_?passe|"
    r"clipboard|keystroke|zwischenablage|presse_?papier|typed|getippt)"
    r"|(?:password|passwort|kennwort|wachtwoord|clipboard|keystroke|eingabe|secret|titel)s?$"
)
_KEYBOARDS: Final = frozenset("keyboard tastatur clavier teclado tastiera toetsenbord tangentbord".split())
_SYLLABIC: Final = re.compile(
    "文字|文本|按键|按鍵|键|鍵|字符|标题|標題|密码|密碼|剪贴|剪貼|内容|內容|输入|輸入|入力|値|值|"
    "テキスト|キー|タイトル|パスワード|クリップ|텍스트|문자|비밀번호|제목|내용|클립보드|입력"
)


def says_content(column: str) -> bool:
    """Whether a column's name says that it holds content, judged word by word (`keyCode`, `window_title`, `e.key`).

    `keyboard` counts where nothing follows it: `keyboard_layout_event` tells of the keyboard, `keyboard` of what was typed.

    >>> [says_content(name) for name in ("window_title", "keyChar", "innerHTML", "monkey", "context", "subtitle_id")]
    [True, True, True, False, False, False]
    """
    plain = unicodedata.normalize("NFKC", column)
    for spelled in (plain, plain.translate(LOOK_ALIKES)):
        if _SYLLABIC.search(spelled):
            return True
        bare = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
        turned = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", bare.translate(_SPECIAL))
        words = [word for word in re.split(r"[\W_0-9]+", turned.lower()) if word]
        joined = [word for word in re.split(r"[\W_]+", bare.translate(_SPECIAL).lower()) if word]
        runs = [
            "".join(words[at:to]) for at in range(len(words)) for to in (at + 2, at + 3) if to <= len(words)
        ]
        if words and words[-1] in _KEYBOARDS:
            return True
        if any(word in _WORDS or _GLUED.search(word) for word in [*words, *joined, *runs]):
            return True
        if any(word.strip("0123456789") in _WORDS or "".join(words) in _WORDS for word in joined):
            return True
    return False


_SPECIAL: Final = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "æ": "ae", "ı": "i"})
