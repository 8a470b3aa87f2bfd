"""Words that interfaces are made of. They are never looked for as a part of a name or as somebody's account.

The list is fixed, so that what is replaced depends on no other event, file or night: counting how common a word is in the
log would make one person's tokens depend on the others' and on how the input is cut.
"""

from __future__ import annotations

from typing import Final

COMMON_WORDS: Final = frozenset(
    # roles and stand-ins for people
    "account admin administrator agent analyst anonymous author bot client customer default demo dev developer device "
    "employee ext external guest host id internal local login machine manager member name nobody none null operator "
    "owner panelist participant person player public reader root sample server service shared somebody staff student "
    "subject support system team temp test tester training unknown user username users visitor web worker "
    # companies and projects
    "bank business center centre club co company consulting corp corporation department design digital division "
    "foundation global gmbh group holding inc institute international limited llc ltd office partner partners plan "
    "products program project research sales school services software solutions studio systems technologies "
    "technology university "
    # actions and elements
    "about action activity add alert all app apps archive area article audio back background bar block board body "
    "book box browser build button cache calendar call cancel card cart cell change chat check chrome class clear "
    "click clip close code color column command comment commit common config confirm contact content control copy "
    "core create css cursor cut dashboard data database date day delete desktop details dialog directory div docs "
    "document documents done down download drag draft drive drop edit editor email empty end enter error event excel "
    "exit export face fetch field file files filter find firefox first folder font footer form format forward frame "
    "full game general git global graph grid header heading help hidden hide history home html http https icon image "
    "img import inbox index info input insert install item items java key keyboard label language last layer layout "
    "left level library light line link links linux list load lock log logo logout mail main map mark menu message "
    "meta middle mode model module month mouse move music nav network new news next node note notes number object off "
    "open option options order outlook output page pages panel parent paste path pause phone photo picture play point "
    "post preview previous print private process profile push quick quit range read record red redo refresh release "
    "reload remove rename replace report request reset resize restore result results return review right row run safe "
    "save screen script scroll search section security select send session set settings setup share sheet shell shift "
    "show side sign simple site size skip slide sort source space span spring src start state static status step stop "
    "store story style submit summary sync tab table tag task tasks template terminal text theme thread time title "
    "toggle tool toolbar tools top total track trash tree type undo up update upload url version video view views "
    "visit volume warning watch week window windows word work workspace write xml year zoom and for the with from "
    "into over under your our green blue black white north south east west street road park hill market house garden "
    "summer winter".split()
)

SHORT_WORDS: Final = frozenset(
    # words of languages, elements, endings of files, units, programs and short forms
    "ab ac ad ai al am an as at au ax be bg bi br by bz cc cd ci cm co cp cs cv da db dc dd de df di dl "
    "do dp dt du ed eg el em en er es et eu ex fa fc fd fg fn fs ft gb gh go gz he hi hr hs id ie if il "
    "im in ip is it je jq js ka kb kg km kt la le li ll ln lo ls ma mb md me mi ml mm mr ms mv my na nc "
    "nd ne ng nl no nr nu ob og oh ok ol on op or os ou oz pa pc pg ph pi pk pl pm pn po pr ps pt px py "
    "qa qi qr qs rb rc rd re rg rm rs rt sb sd se sh si sm so sp ss st su sv ta tb td te tf th to tr ts "
    "tu tv tx ui uk ul um un up us ux va ve vi vm vo vs wa wc we wo wp xi xl xs xz ye yo yy za zh zu".split()
)
"""Short words that are never looked for as a part of a name."""
