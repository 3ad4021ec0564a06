"""Each kind of difference and each cause: the two answers that have it, and that it is the only one found."""

from pathlib import Path

import pytest
from compared_contracts import SOAP12, answer, envelope, fault, fault12, reply, small

from overgang.core.compare.causes import CAUSES
from overgang.core.compare.values import Difference, Kind, Reply
from overgang.wire.comparing import Comparer

G1, G2, G3 = (f"0000000{n}-0000-4000-8000-00000000000a" for n in (1, 2, 3))
EMPTY = reply(envelope(""))
NIL = ' xsi:nil="true"'
PLAIN = answer("<_int>1</_int>")
STAMP = "<Stamp>2024-01-01T00:00:00Z</Stamp>"
HTML = "<!DOCTYPE html><html><body>Fejl</body></html>"
DETAIL = '<FaultDetails xmlns="urn:t"><ErrorCode>{}</ErrorCode><Message>{}</Message></FaultDetails>'
BAD = (  # what makes an answer unreadable
    ("html", reply(HTML, kind="text/html")),
    ("html", reply("<p>Fejl<br></p>", kind="text/html; charset=utf-8")),
    ("html", reply("<!-- page -->\n<HTML lang='da'><br></HTML>")),
    ("truncated", reply(PLAIN.body[:-20])),
    ("truncated", reply(PLAIN.body[:60])),
    ("malformed", reply(b"<a><b></a>")),
    ("malformed", reply(b"<?xml version='1.0'?><?xml version='1.0'?>" + PLAIN.body)),
    ("malformed", reply(PLAIN.body.replace(b">1<", b">&ouml;<"))),
    ("doctype", reply(b'<!DOCTYPE s [<!ENTITY a "b">]>' + PLAIN.body)),
    ("doctype", reply(b"<?pi?> <!-- a-b --> <!doctype s>" + PLAIN.body)),
    ("undecodable", reply(PLAIN.body.replace(b">1<", b">\xe6<"))),
    ("undecodable", reply(PLAIN.body, kind="text/xml; charset=utf-7")),
    ("no-answer", reply(b"")),
    ("no-answer", reply(b" \r\n")),
    ("multipart", reply(b"--a\r\n\r\n" + PLAIN.body, kind="multipart/related; boundary=a")),
    ("multipart", reply(b"\r\n--a\r\n\r\n" + PLAIN.body)),
    ("not-xml", reply(b'{"error": 1}', kind="application/json")),
    ("not-soap", reply(b"<Answer xmlns='urn:t'/>")),
    ("not-soap", reply(PLAIN.body.replace(b"s:Body", b"s:Boody"))),
    ("not-soap", reply(envelope("<Answer/>", soap="urn:no-soap"))),
    ("too-large", reply(b"<a>" + b" " * (32 << 20) + b"</a>")),
    ("timeout", reply(b"", 0, "", "timeout")),
    ("unavailable", reply(b"", 0, "", "unavailable")),
    ("refused", reply(b"", 0, "", "refused")),
    ("broken", reply(b"", 0, "", "broken")),
    ("redirect", reply(b"", 0, "", "redirect")),
    ("invalid", reply(b"", 0, "", "invalid")),
)


def items(*texts: str) -> Reply:
    return answer(f"<Items>{''.join(texts)}</Items>")


def item(key: str, day: int = 1, note: str = "") -> str:
    return (
        f"<Item><ItemIdentifier>{key}</ItemIdentifier><StartDate>2024-01-{day:02}T00:00:00Z</StartDate>"
        f"{note and f'<Note>{note}</Note>'}</Item>"
    )


def leaf(kind: str, old: str, new: str, cause: str, found: Kind = Kind.CHANGED) -> tuple[Reply, Reply, Difference]:
    expected = Difference(found, f"_{kind}", f"_{kind}", old, new, kind, cause)
    return answer(f"<_{kind}>{old}</_{kind}>"), answer(f"<_{kind}>{new}</_{kind}>"), expected


def at(place: str, kind: Kind, cause: str, old: str | None, new: str | None, type: str = "") -> Difference:
    return Difference(kind, place, place, old, new, type, cause)


VALUES = [
    leaf("string", "Ferie", "Kursus", "value"),
    leaf("int", "1", "2", "value"),
    leaf("boolean", "1", "false", "boolean"),
    leaf("decimal", "1.25", "1.2", "precision"),
    leaf("decimal", "1.25", "1.3", "precision"),
    leaf("decimal", "1.25", "1.26", "value"),
    leaf("decimal", "100", "1e2".replace("e2", ".5"), "value"),
    leaf("double", "0.123456", "0.12", "precision"),
    leaf("double", "1", "INF", "value"),
    leaf("float", "1E39", "1", "value"),
    leaf("float", "NaN", "1", "value"),
    leaf("dateTime", "2024-01-01T10:00:00.5Z", "2024-01-01T10:00:00Z", "fraction"),
    leaf("dateTime", "2024-01-01T10:00:00.5Z", "2024-01-01T11:00:00.51+01:00", "fraction"),
    leaf("dateTime", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00+01:00", "zone"),
    leaf("dateTime", "2024-01-01T10:00:00+01:00", "2024-01-01T10:00:00", "zone"),
    leaf("dateTime", "2024-01-01T10:00:00Z", "2024-01-02T10:00:00Z", "day"),
    leaf("dateTime", "2024-01-01T10:00:00Z", "2024-01-01T10:00:01Z", "instant"),
    leaf("dateTime", "2024-01-01T10:00:00.5Z", "2024-01-02T10:00:00Z", "instant"),
    leaf("date", "2024-01-01", "2024-01-02", "day"),
    leaf("date", "2024-01-01Z", "2024-01-01", "zone"),
    leaf("time", "10:00:00", "10:00:30", "instant"),
    leaf("duration", "P1M", "P31D", "value"),
    leaf("string", "Ferie", "ferie", "case"),
    leaf("string", "Ferie nu", " Ferie  nu", "whitespace"),
    leaf("string", "", " ", "whitespace"),
    leaf("string", "Sødt æble på", "Sodt aeble pa", "accents"),
    leaf("string", "Sødt på", "Soedt paa", "accents"),
    leaf("string", "idé", "ide", "accents"),
    leaf("string", "idé", "ide\u0301", "unicode"),
    leaf("string", "møde", "mÃ¸de", "encoding"),
    leaf("string", "mÃ¸de", "møde", "encoding"),
    leaf("string", "møde", "m?de", "encoding"),
    leaf("string", "m\ufffd\ufffdde", "møde", "encoding"),
    leaf("string", "Ferie, aftalt på mødet", "Ferie, aftalt", "truncated-text"),
    leaf("string", "Ferie, aftalt på mødet", "Ferie, …", "truncated-text"),
    leaf("base64Binary", "AAAA", "AAAB", "value"),
    leaf("QName", "t:a", "s:a", "namespace"),
    leaf("QName", "t:a", "t:b", "value"),
    leaf("duration", "PT1.5S", "PT1.25S", "value"),
    leaf("int", "7", "syv", "not-of-type", Kind.TYPE),
    leaf("dateTime", "2024-02-30T00:00:00", "2024-03-01T00:00:00", "not-of-type", Kind.TYPE),
    leaf("QName", "t:a", "no:a", "not-of-type", Kind.TYPE),
    leaf("int", "syv", "otte", "value"),
    leaf("string", "Ferie", "", "empty", Kind.EMPTY),
    leaf("int", "", "7", "empty", Kind.EMPTY),
    (answer("<Word>Ja</Word>"), answer("<Word>Nej</Word>"), at("Word", Kind.CHANGED, "code", "Ja", "Nej", "string")),
    (answer("<Word>Ja</Word>"), answer("<Word>ja</Word>"), at("Word", Kind.CHANGED, "case", "Ja", "ja", "string")),
    (
        answer("<KindTypeIdentifier>3</KindTypeIdentifier>"),
        answer("<KindTypeIdentifier>2</KindTypeIdentifier>"),
        at("KindTypeIdentifier", Kind.CHANGED, "code", "3", "2", "int"),
    ),
    (
        answer("<Flags>1 2</Flags>"),
        answer("<Flags>2 1</Flags>"),
        at("Flags", Kind.CHANGED, "order", "1 2", "2 1", "list"),
    ),
    (answer("<Flags>1 2</Flags>"), answer("<Flags>1</Flags>"), at("Flags", Kind.CHANGED, "length", "1 2", "1", "list")),
    (
        answer("<Flags>1 2</Flags>"),
        answer("<Flags>1 3</Flags>"),
        at("Flags", Kind.CHANGED, "value", "1 2", "1 3", "list"),
    ),
    (
        answer("<Either>5</Either>"),
        answer("<Either>true</Either>"),
        at("Either", Kind.CHANGED, "value", "5", "true", "union"),
    ),
    (
        answer("<Either>5</Either>"),
        answer("<Either>x</Either>"),
        at("Either", Kind.TYPE, "not-of-type", "5", "x", "union"),
    ),
]
PRESENCE = [
    (PLAIN, answer(""), at("_int", Kind.MISSING, "absent", "1", None, "int")),
    (answer(""), PLAIN, at("_int", Kind.EXTRA, "absent", None, "1", "int")),
    (answer("<_int/>"), answer(""), at("_int", Kind.MISSING, "empty", "", None, "int")),
    (answer(f"<_int{NIL}/>"), answer(""), at("_int", Kind.NIL, "absent", "xsi:nil", None)),
    (answer(""), answer(f"<_int{NIL}/>"), at("_int", Kind.NIL, "absent", None, "xsi:nil")),
    (answer(f"<_int{NIL}/>"), PLAIN, at("_int", Kind.NIL, "nil", "xsi:nil", "1")),
    (answer("<_string/>"), answer(f"<_string{NIL}/>"), at("_string", Kind.NIL, "empty", "", "xsi:nil")),
    (answer("", NIL), answer("<_int>1</_int>"), at("/Body", Kind.NIL, "nil", "xsi:nil", "_int=1")),
    (answer(""), answer("", ' mode="1"'), at("@mode", Kind.EXTRA, "absent", None, "1", "int")),
    (answer("", ' mode="1"'), answer("", ' mode="2"'), at("@mode", Kind.CHANGED, "value", "1", "2", "int")),
    (answer("", ' t:x="1"'), answer(""), at("@x", Kind.MISSING, "absent", "1", None)),
    (
        answer("<Money>1</Money>"),
        answer('<Money currency="EUR">1</Money>'),
        at("Money/@currency", Kind.CHANGED, "value", "DKK", "EUR", "NCName"),
    ),
    (answer("<Money>1</Money>"), answer("<Money>2</Money>"), at("Money", Kind.CHANGED, "value", "1", "2", "decimal")),
    (answer("<Standard/>"), answer("<Standard>6</Standard>"), at("Standard", Kind.CHANGED, "value", "5", "6", "int")),
    (
        answer("<_int>1</_int><_string>a</_string>"),
        answer("<_string>a</_string><_int>1</_int>"),
        at("/Body", Kind.ORDER, "order", "_int _string", "_string _int"),
    ),
    (
        PLAIN,
        answer("<_int>1</_int><_int>2</_int>"),
        at("_int", Kind.EXTRA, "repeated", None, "2", "int"),
    ),
    (answer("<_int>1</_int><_int>2</_int>"), PLAIN, at("_int", Kind.MISSING, "repeated", "2", None, "int")),
    (
        answer("<Log><In>1</In><Out>1</Out><In>2</In></Log>"),
        answer("<Log><In>1</In><In>2</In><Out>1</Out></Log>"),
        at("Log", Kind.ORDER, "order", "In Out In", "In In Out"),
    ),
    (answer("<Any><A>1</A></Any>"), answer("<Any>1<A>1</A></Any>"), at("Any", Kind.CHANGED, "value", "", "1")),
    (
        answer("<!-- a --><Any><A>1</A></Any>"),
        answer("<?b?><Any><A>2</A></Any>"),
        at("Any/A", Kind.CHANGED, "value", "1", "2", "int"),
    ),
    (
        answer("<!-- a --><_QName>xml:lang</_QName>"),
        answer("<!-- b --><_QName>xml:base</_QName>"),
        at("_QName", Kind.CHANGED, "value", "xml:lang", "xml:base", "QName"),
    ),
    (
        answer('<_QName xmlns:p="urn:a">p:x</_QName>'),
        answer('<_QName xmlns:p="urn:b">p:x</_QName>'),
        at("_QName", Kind.CHANGED, "namespace", "p:x", "p:x", "QName"),
    ),
    (answer("<_int>1</_int>"), answer("<_int>1<x/></_int>"), at("_int/x", Kind.EXTRA, "empty", None, "")),
    (
        answer('<u:free xmlns:u="urn:u"><u:a>1</u:a></u:free>'),
        answer('<u:free xmlns:u="urn:u"><u:a>1.0</u:a></u:free>'),
        at("free/a", Kind.CHANGED, "truncated-text", "1", "1.0"),
    ),
    (
        items(item(G1)),
        items(item(G1).replace("<Item>", '<Item xsi:type="t:Longer">').replace("</Item>", "</Item>")),
        Difference(Kind.TYPE, "Items/Item[1]", "Items/Item", "", "Longer", "", "type"),
    ),
    (
        items(item(G1)),
        items(item(G1).replace("<Item>", '<Item xsi:type="no:Such">')),
        Difference(Kind.TYPE, "Items/Item[1]", "Items/Item", "", "no:Such", "", "type"),
    ),
]
OUTER = [
    (
        answer("", header=STAMP),
        answer(""),
        at("/Header/Stamp", Kind.MISSING, "absent", "2024-01-01T00:00:00Z", None, "dateTime"),
    ),
    (
        answer("", header=STAMP),
        answer("", header=STAMP.replace("01-01", "01-02")),
        at("/Header/Stamp", Kind.CHANGED, "day", "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "dateTime"),
    ),
    (
        answer("", header=STAMP),
        answer("", header=STAMP.replace("<Stamp", '<Stamp s:mustUnderstand="1"')),
        at("/Header/Stamp/@mustUnderstand", Kind.CHANGED, "boolean", "0", "1", "boolean"),
    ),
    (answer(""), answer("", header="<x>1</x>"), at("/Header/x", Kind.EXTRA, "absent", None, "1")),
    (PLAIN, EMPTY, at("/Body", Kind.MISSING, "absent", "Answer", None)),
    (EMPTY, PLAIN, at("/Body", Kind.EXTRA, "absent", None, "Answer")),
    (PLAIN, reply(envelope("<Ask/>")), at("/Body", Kind.CHANGED, "element", "Answer", "Ask")),
    (
        answer(""),
        reply(envelope('<Answer xmlns="urn:x"/>')),
        at("/Body", Kind.CHANGED, "namespace", "{urn:t}Answer", "{urn:x}Answer"),
    ),
    (answer(""), reply(envelope("<Answer/><Answer/>")), at("/Body", Kind.EXTRA, "repeated", "1", "2")),
    (reply(envelope("<Answer/><Answer/>")), answer(""), at("/Body", Kind.MISSING, "repeated", "2", "1")),
    (PLAIN, Reply(202, PLAIN.content_type, PLAIN.body), at("/HTTP/status", Kind.STATUS, "status", "200", "202")),
    (
        PLAIN,
        reply(PLAIN.body, kind="application/xml"),
        at("/HTTP/Content-Type", Kind.MEDIA_TYPE, "media-type", "text/xml", "application/xml"),
    ),
    (
        answer("<_string>æ</_string>"),
        reply(answer("<_string>æ</_string>").body.decode().encode("latin-1"), kind="text/xml; charset=ISO-8859-1"),
        at("/HTTP/Content-Type", Kind.MEDIA_TYPE, "charset", "utf-8", "ISO-8859-1"),
    ),
    (
        PLAIN,
        reply(envelope("<Answer><_int>1</_int></Answer>", soap=SOAP12), kind="application/soap+xml"),
        at("/Envelope", Kind.VERSION, "soap-version", "1.1", "1.2"),
    ),
]
FAULTS = [
    (fault("s:Client", "nej"), PLAIN, at("/Fault", Kind.FAULT, "fault-only-old", "Sender", "an answer")),
    (
        PLAIN,
        fault("s:Client", "nej", DETAIL.format(4338, "nej")),
        at("/Fault", Kind.FAULT, "fault-only-new", "an answer", "4338"),
    ),
    (
        fault("s:Client", "nej"),
        fault("s:Server", "nej"),
        at("/Fault/Code", Kind.FAULT_CODE, "code", "Sender", "Receiver", "string"),
    ),
    (
        fault("s:Client", "nej"),
        fault("Client", "nej"),
        at("/Fault/Code", Kind.FAULT_CODE, "namespace", "Sender", "Client", "string"),
    ),
    (
        fault("s:Client", "Nej"),
        fault("s:Client", "Ja"),
        at("/Fault/Reason", Kind.FAULT_TEXT, "value", "Nej", "Ja", "string"),
    ),
    (
        fault("s:Client", "nej"),
        fault("s:Client", "nej", more="<faultactor>urn:x</faultactor>"),
        at("/Fault/Role", Kind.FAULT_TEXT, "absent", None, "urn:x", "string"),
    ),
    (
        fault("s:Client", "nej", more="<faultactor>urn:y</faultactor>"),
        fault("s:Client", "nej", more="<faultactor>urn:x</faultactor>"),
        at("/Fault/Role", Kind.FAULT_TEXT, "value", "urn:y", "urn:x", "string"),
    ),
    (
        fault("s:Client", "nej", DETAIL.format(1010, "nej")),
        fault("s:Client", "nej", DETAIL.format("+2010", "nej")),
        at("/Fault/Detail/FaultDetails/ErrorCode", Kind.FAULT_DETAIL, "code", "1010", "+2010", "int"),
    ),
    (
        fault("s:Client", "nej", "<x>1</x>"),
        fault("s:Client", "nej"),
        at("/Fault/Detail/x", Kind.FAULT_DETAIL, "absent", "1", None),
    ),
    (
        fault12(("s:Sender", "t:a"), "no"),
        fault12(("s:Sender", "t:b"), "no"),
        at("/Fault/Code/Subcode", Kind.FAULT_CODE, "subcode", "{urn:t}a", "{urn:t}b", "string"),
    ),
    (
        fault12(("s:Sender",), "no"),
        fault12(("s:Sender",), "no", lang="da"),
        at("/Fault/Reason/@lang", Kind.FAULT_TEXT, "language", "en", "da", "string"),
    ),
    (
        fault12(("s:Sender",), "no"),
        fault12(("s:Sender",), "no", status=500),
        at("/HTTP/status", Kind.STATUS, "status", "400", "500"),
    ),
]
EQUAL = [
    (answer("<_int>1</_int>"), answer('<_int xsi:nil="false">1</_int>')),
    (answer(f"<_int{NIL}/>"), answer('<_int xsi:nil=" 1 "></_int>')),
    (answer(f"<Standard{NIL}/>"), answer(f"<Standard{NIL}> </Standard>")),
    (answer("<_int>1</_int>"), answer('<_int xmlns:x="http://www.w3.org/2001/XMLSchema" xsi:type="x:int">1</_int>')),
    (answer("<_int>1</_int>"), answer('<_int xsi:schemaLocation="a b">1</_int>')),
    (answer("<Standard>5</Standard>"), answer("<Standard/>")),
    (answer("<Standard>5</Standard>"), answer("<Standard><!-- as usual --></Standard>")),
    (answer("<Money>1</Money>"), answer('<Money currency=" DKK ">1.0</Money>')),
    (items(item(G1)), items(item(G1).replace("<Item>", '<Item xsi:type="t:Item">'))),
    (answer("", header=STAMP), answer("", header=STAMP.replace("<Stamp>", '<Stamp s:mustUnderstand="false">'))),
    (answer("", header=f"{STAMP}<x/>"), answer("", header=f"<x/><!-- a -->{STAMP}")),
    (answer(""), reply(b"<?xml version='1.0'?><?pi?><!-- a -->" + answer("").body + b"<!-- b -->")),
    (
        answer("<_string>æ</_string>"),
        reply(answer("<_string>æ</_string>").body.decode().encode("utf-16"), kind="text/xml"),
    ),
    (
        answer('<u:free xmlns:u="urn:u"><u:a>1</u:a></u:free>'),
        answer('<free xmlns="urn:u">\n <a>1</a>\n</free>'),
    ),
    (
        fault("s:Client", "nej", DETAIL.format(1010, "nej")),
        fault("<!-- a -->s:Client\n", "<![CDATA[nej]]>", DETAIL.format("+01010", "nej")),
    ),
    (
        fault("s:Client", "nej"),
        reply(fault("s:Client", "nej").body.replace(b"<faultstring ", b'<faultstring xml:lang="da" '), 500),
    ),
]
TABLE = [*VALUES, *PRESENCE, *OUTER, *FAULTS]
TWO = {  # causes that come with two differences
    "namespace": (answer("<_int>1</_int>"), answer('<_int xmlns="urn:x">1</_int>')),
    "item": (items(item(G1), item(G2)), items(item(G1))),
    "length": (items(item(G1)), items(item(G1), item(G2))),
}


ELSEWHERE = ("both-unreadable", "too-deep", "more", "not-sent")  # in tests of their own


@pytest.fixture(scope="module")
def comparer(tmp_path_factory: pytest.TempPathFactory) -> Comparer:
    return Comparer(small(tmp_path_factory.mktemp("contract")))


@pytest.mark.parametrize(("old", "new", "expected"), TABLE, ids=lambda one: getattr(one, "cause", None))
def test_two_answers_differ_in_exactly_this(comparer: Comparer, old: Reply, new: Reply, expected: Difference) -> None:
    assert comparer.compare("Ask", old, new) == (expected,)


@pytest.mark.parametrize(("old", "new", "expected"), TABLE, ids=lambda one: getattr(one, "cause", None))
def test_each_of_them_equals_itself(comparer: Comparer, old: Reply, new: Reply, expected: Difference) -> None:
    assert comparer.compare("Ask", old, old) == ()
    assert comparer.compare("Ask", new, new) == ()


@pytest.mark.parametrize(("old", "new"), EQUAL)
def test_two_answers_are_the_same(comparer: Comparer, old: Reply, new: Reply) -> None:
    assert comparer.compare("Ask", old, new) == ()
    assert comparer.compare("Ask", new, old) == ()


@pytest.mark.parametrize(("cause", "bad"), BAD, ids=[cause for cause, _ in BAD])
def test_an_unreadable_side_is_one_difference_with_its_cause(comparer: Comparer, cause: str, bad: Reply) -> None:
    (as_new,) = comparer.compare("Ask", PLAIN, bad)
    (as_old,) = comparer.compare("Ask", bad, PLAIN)

    assert {as_new.kind, as_old.kind} == {Kind.UNREADABLE}
    assert (as_new.cause, as_new.old) == (cause, "an answer")
    assert (as_old.cause, as_old.new) == (cause, "an answer")
    assert as_new.new == as_old.old
    assert "Fejl" not in (as_new.new or "")


def test_two_unreadable_sides_are_no_proof_of_agreement(comparer: Comparer) -> None:
    (found,) = comparer.compare("Ask", reply(HTML, kind="text/html"), reply(HTML, kind="text/html"))
    assert (found.kind, found.cause) == (Kind.UNREADABLE, "both-unreadable")


def test_a_name_in_another_namespace_is_missing_and_extra(comparer: Comparer) -> None:
    found = comparer.compare("Ask", *TWO["namespace"])
    assert [(one.kind, one.place, one.cause) for one in found] == [
        (Kind.MISSING, "_int", "namespace"),
        (Kind.EXTRA, "_int", "namespace"),
    ]


def test_a_list_of_another_length_tells_its_items_beside(comparer: Comparer) -> None:
    found = comparer.compare("Ask", *TWO["item"])
    assert [(one.kind, one.path, one.cause) for one in found] == [
        (Kind.LENGTH, "Items/Item", "length"),
        (Kind.MISSING, "Items/Item[2]", "item"),
    ]
    assert found[1].old == f"ItemIdentifier={G2}; StartDate=2024-01-01T00:00:00Z"


def test_there_is_an_example_of_every_kind_and_every_cause(comparer: Comparer) -> None:
    found = [expected for _, _, expected in TABLE]
    found += [one for pair in TWO.values() for one in comparer.compare("Ask", *pair)]
    causes = {one.cause for one in found} | {cause for cause, _ in BAD} | set(ELSEWHERE)
    assert {one.kind for one in found} | {Kind.UNREADABLE} == set(Kind)
    assert causes == set(CAUSES)


def test_an_operation_that_the_contract_does_not_have_is_compared_by_its_texts(tmp_path: Path) -> None:
    comparer = Comparer(small(tmp_path))
    (found,) = comparer.compare("NoSuch", answer("<_int>1</_int>"), answer("<_int>+1</_int>"))
    assert (found.path, found.type, found.cause) == ("_int", "", "value")


def test_a_one_way_operation_is_compared_by_its_status(comparer: Comparer) -> None:
    accepted, taken = reply(b"", 202), reply(b"", 200)
    assert comparer.compare("Tell", accepted, accepted) == ()
    (found,) = comparer.compare("Tell", accepted, taken)
    assert found.kind is Kind.STATUS
    assert [one.kind for one in comparer.compare("Tell", accepted, fault("s:Server", "nej"))] == [Kind.UNREADABLE]
    assert comparer.compare("Tell", PLAIN, PLAIN) == ()


def test_two_empty_bodies_agree(comparer: Comparer) -> None:
    assert comparer.compare("Ask", EMPTY, EMPTY) == ()


def test_faults_of_two_versions_are_compared_in_the_terms_they_share(comparer: Comparer) -> None:
    old = fault("s:Client", "no", DETAIL.format(1, "x"))
    (found,) = comparer.compare("Ask", old, fault12(("s:Sender",), "no", DETAIL.format(1, "x")))
    assert found.kind is Kind.VERSION


def test_a_fault_text_is_compared_by_language_where_there_are_several(comparer: Comparer) -> None:
    one = fault12(("s:Sender",), "no")
    more = '</s:Text><s:Text xml:lang="da">nej</s:Text>'
    two = reply(one.body.replace(b"</s:Text>", more.encode()), 400, one.content_type)
    other = reply(two.body.replace(b"nej", b"ja"), 400, one.content_type)
    french = reply(two.body.replace(b'"da"', b'"fr"'), 400, one.content_type)

    assert [(found.old, found.new) for found in comparer.compare("Ask", two, other)] == [("nej", "ja")]
    assert [found.cause for found in comparer.compare("Ask", one, two)] == ["absent"]
    assert [(found.old, found.new) for found in comparer.compare("Ask", two, french)] == [("nej", None), (None, "nej")]


def test_a_fault_text_may_have_elements_within(comparer: Comparer) -> None:
    (found,) = comparer.compare("Ask", fault("s:Client", "a<b>c</b>d"), fault("s:Client", "a<!-- x -->cd!"))
    assert (found.old, found.new) == ("acd", "acd!")


def test_numbers_that_are_too_long_to_reckon_with_are_compared(comparer: Comparer) -> None:
    long = "9" * 1_000_001
    (found,) = comparer.compare("Ask", answer("<_decimal>1</_decimal>"), answer(f"<_decimal>{long}</_decimal>"))
    assert (found.kind, found.cause) == (Kind.CHANGED, "value")
    assert comparer.compare("Ask", *(answer(f"<_decimal>{text}</_decimal>") for text in (long, f"+{long}.0"))) == ()


def test_a_long_value_is_told_by_its_beginning(comparer: Comparer) -> None:
    (found,) = comparer.compare("Ask", answer(f"<_string>{'a' * 5000}</_string>"), answer("<_string>b</_string>"))
    assert found.old == "a" * 2000 + "…"


def test_half_a_fault_is_a_fault(comparer: Comparer) -> None:
    bare, bare12 = reply(envelope("<s:Fault/>"), 500), reply(envelope("<s:Fault/>", soap=SOAP12), 500)
    told = [found.place for found in comparer.compare("Ask", bare, fault("s:Client", "nej"))]
    assert told == ["/Fault/Code", "/Fault/Reason"]
    coded = reply(envelope("<s:Fault><s:Code/></s:Fault>", soap=SOAP12), 500)
    assert comparer.compare("Ask", bare12, coded) == ()
    (unknown,) = comparer.compare("Ask", fault("x:Client", "nej"), fault("s:Client", "nej"))
    assert unknown.old == "x:Client"


def test_a_charset_that_nobody_knows_is_named_as_it_stands(comparer: Comparer) -> None:
    (found,) = comparer.compare("Ask", PLAIN, reply(PLAIN.body, kind="text/xml; charset=x-own"))
    assert found.cause == "undecodable"


def test_media_types_in_other_letters_and_with_other_parameters_are_the_same(comparer: Comparer) -> None:
    assert comparer.compare("Ask", PLAIN, reply(PLAIN.body, kind='Text/XML;action="x"; Charset="UTF8"')) == ()
    assert comparer.compare("Ask", PLAIN, reply(PLAIN.body, kind="text/xml")) == ()
