"""What the columns and cells of a carry-over file mean (K3, K5).

Other software writes headings in its own words, numbers with a point or a comma, and
dates in any order. Nothing here guesses: a heading that could mean two things means
nothing until a person says so, and how numbers and dates are written is judged over a
whole column, of which more than one style may be left.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from .tabular import Cell, is_filled

FIELDS = (
    "legacy_system",
    "legacy_ref",
    "owner_ref",
    "owner_name",
    "owner_first_name",
    "owner_last_name",
    "owner_email",
    "owner_phone",
    "pet_name",
    "pet_species",
    "service",
    "sessions_total",
    "sessions_left",
    "purchase_date",
    "end_date",
    "unit_value",
    "package_note",
    "reason",
)
# Together they are the customer's name: one alone may be the pet's
NAME_PARTS = ("owner_first_name", "owner_last_name")
DECIMAL_MARKS = (".", ",")
DATE_ORDERS = ("dmy", "mdy", "ymd")
FIRST_YEAR, LAST_YEAR = 1980, 2999  # before, a number is rather one of days

# --- Headings ------------------------------------------------------------------------

# What other software and shops call a field. Where a file has several of its names,
# the one in the first line is meant, else that in the next; two of one line leave the
# choice to a person.
SYNONYMS = {
    "legacy_system": [
        "source system, old software, old system, imported from, "
        "sistema de origem, sistema antigo, sistema anterior, sistema de origen",
    ],
    "legacy_ref": [
        "package id, package no, package number, package ref, "
        "package reference, plan id, plan number, subscription id, membership id, "
        "credit id, pass id, owner package id, client package id, "
        "código do pacote, id do pacote, nº do pacote, número do pacote, "
        "código do plano, id do plano, id del paquete, código del paquete, "
        "nº de paquete, número de paquete, código del bono, id del bono",
    ],
    "owner_ref": [
        "owner id, owner no, owner number, owner code, client id, client no, "
        "client number, client code, customer id, customer no, "
        "customer number, customer code, customer ref, "
        "customer reference, owner reference, client reference, client ref, "
        "código do cliente, id do cliente, nº do cliente, número do cliente, "
        "cód cliente, código cliente, id cliente, código do tutor, id do tutor, "
        "id tutor, código tutor, código del cliente, id del cliente, "
        "nº de cliente, nº cliente, número de cliente, id del dueño, "
        "código del dueño, código del propietario",
    ],
    "owner_name": [
        "owner, owners, owner full name, client, client name, client full name, "
        "customer, customer name, customer full name, pet owner, pet parent, "
        "pet parent name, parent name, guardian, "
        "cliente, nome do cliente, nome cliente, tutor, tutora, tutor(a), "
        "nome do tutor, nome tutor, nome do tutor(a), dono, nome do dono, "
        "proprietário, nome do proprietário, "
        "nombre del cliente, nombre cliente, dueño, dueño/a, dueña, "
        "nombre del dueño, propietario, nombre del propietario, nombre del tutor",
    ],
    "owner_first_name": [
        "owner first, client first, client first name, customer first name, "
        "first name, nome, primeiro nome, nombre",
    ],
    "owner_last_name": [
        "owner last, client last, client last name, customer last name, "
        "last name, surname, sobrenome, apellido, apellidos",
    ],
    "owner_email": [
        "owner e-mail, owner email address, client email, client email address, "
        "customer email, customer email address, pet parent email, "
        "e-mail do cliente, email cliente, e-mail do tutor, email tutor, "
        "e-mail do dono, e-mail do responsável, correo del cliente, "
        "email del cliente, correo del dueño, email del dueño, "
        "correo electrónico del cliente",
        "email, e-mail, email address, primary email, endereço de e-mail, correo, "
        "correo electrónico, dirección de correo",
    ],
    "owner_phone": [
        "owner mobile, client mobile, customer mobile, owner cell phone, "
        "client cell phone, celular do cliente, celular do tutor, "
        "celular del cliente, móvil del cliente",
        "owner phone number, client phone, client phone number, customer phone, "
        "customer phone number, telefone do cliente, telefone do tutor, "
        "telefone do dono, teléfono del cliente, teléfono del dueño",
        "cell phone, cell, cellphone, mobile, mobile phone, mobile number, "
        "mobile phone number, celular, whatsapp, telemóvel, móvil, teléfono móvil",
        "phone, phone number, primary phone, telephone, tel, fone, telefone, "
        "teléfono, número de telefone, número de teléfono, contact number",
        "home phone, telefone fixo, teléfono fijo",
    ],
    "pet_name": [
        "pet, pets, pet names, pet(s), animal, animal name, animals, dog, dog name, "
        "cat name, patient name, nome do pet, nome pet, nome do animal, "
        "nome do cachorro, mascota, mascotas, nombre de la mascota, nombre mascota, "
        "nombre del animal, perro, nombre del perro",
    ],
    "pet_species": [
        "species, pet type, animal type, espécie, espécie do pet, tipo de pet, "
        "tipo de animal, especie, tipo de mascota, especie de la mascota",
    ],
    "service": [
        "service name, service code, serviço, nome do serviço, código do serviço, "
        "servicio, nombre del servicio, código del servicio",
        "package, package name, package type, package type (component), "
        "pricing option, plan, plan name, membership, pass, pass name, pacote, "
        "nome do pacote, tipo de pacote, plano, nome do plano, paquete, "
        "nombre del paquete, tipo de paquete, bono, nombre del bono, "
        "nombre del plan",
    ],
    "sessions_total": [
        "total sessions, sessions purchased, sessions bought, total credits, "
        "credits purchased, total visits, visits purchased, days purchased, "
        "package size, original quantity, initial quantity, quantity purchased, "
        "total de sessões, sessões compradas, sessões contratadas, total de banhos, "
        "total de sesiones, sesiones compradas, sesiones contratadas",
    ],
    "sessions_left": [
        "number left, no left, sessions remaining, remaining sessions, "
        "credits left, credits remaining, remaining credits, visits left, "
        "visits remaining, remaining visits, number of visits remaining, "
        " quantity left, quantity remaining, "
        "remaining quantity, qty left, qty remaining, days left in package, "
        "uses left, uses remaining, units left, units remaining, baths left, "
        "walks left, sessões restantes, restantes, sessões disponíveis, "
        "sessões a usar, sessões em aberto, saldo de sessões, "
        "saldo do pacote, créditos restantes, banhos restantes, "
        "quantidade restante, restam, faltam, sesiones restantes, "
        "sesiones disponibles, sesiones pendientes, saldo de sesiones, "
        "saldo del paquete, saldo del bono, créditos restantes, baños restantes, "
        "cantidad restante, quedan, disponibles",
        "left, remaining, remaining balance, package remaining balance, "
        "package balance, "
        "days remaining, remaining days, days left, saldo, saldo restante, "
        "saldo atual, saldo actual, dias restantes, días restantes",
    ],
    "purchase_date": [
        "purchased, date purchased, purchased on, date of purchase, sold on, "
        "sale date, date sold, bought on, data da compra, data de compra, "
        "comprado em, data da venda, data de venda, vendido em, "
        "data da contratação, fecha de compra, fecha compra, comprado el, "
        "fecha de venta, vendido el, fecha de contratación",
    ],
    "end_date": [
        "effective expiration date, effective expiry date",
        "ends, ends on, expiration date, expiration, expiry date, expiry, expires, "
        "expires on, expire date, expiring on, valid until, valid to, valid through, "
        "valid thru, use by, good through, data final, data de término, "
        "data de fim, término, validade, data de validade, válido até, valido ate, "
        "vencimento, data de vencimento, vence em, expira em, "
        "data de expiração, fecha final, fecha de fin, fecha fin, "
        "fecha de término, válido hasta, vence, vence el, vencimiento, "
        "fecha de vencimiento, caduca, caduca el, caducidad, "
        "fecha de caducidad, expira, expira el, fecha de expiración, validez",
    ],
    "unit_value": [
        "value per session, price per session, price per visit, price per credit, "
        "value per credit, value per visit, session price, session value, unit price, "
        "credit value, price per day, valor unitário, valor por sessão, "
        "valor da sessão, preço por sessão, preço unitário, valor unitario, "
        "valor por sesión, precio por sesión, precio unitario, "
        "valor de la sesión",
    ],
    "package_note": [
        "package notes, note of package, plan note, plan notes, observação do pacote, "
        "observações do pacote, obs do pacote, nota do pacote, notas do pacote, "
        "nota del paquete, notas del paquete, observaciones del paquete, "
        "nota del bono",
    ],
    "reason": [
        "reason for carry over, carry over reason, reason for change, motivo, "
        "motivo da migração, razón, motivo del traspaso, justificativa",
    ],
}


_SIGNS = {"#": "number", "%": "percent", "$": "money", "€": "money", "°": "º"}


@lru_cache(maxsize=2**15)  # a column has many of the same, and the shop has them too
def normalize(text: str) -> str:
    """Return a heading without what does not matter.

    That is case, accents, spaces and punctuation, but not "#", "%" or "$": an
    "Owner #" is no owner, and "Remaining $" no number of sessions.
    """
    spelled = "".join(_SIGNS.get(char, char) for char in text)
    plain = unicodedata.normalize("NFKD", spelled).casefold()
    return "".join(filter(str.isalnum, plain))


_EXACT = {normalize(name): name for name in FIELDS}
_RANKS = {
    normalize(word): (name, rank)
    for name, lines in SYNONYMS.items()
    for rank, line in enumerate(lines)
    for word in line.split(", ")
}
_CURRENCIES = re.compile("(?:us|r|a|c)?money$|(?:usd|brl|eur|mxn)$")


def match_headings(
    headings: Sequence[str], remembered: Mapping[str, str | None] | None = None
) -> list[str | None]:
    """Return the field that each heading means, or None; each field at most once.

    :param headings: as they are written
    :param remembered: what a person chose before, {normalized heading: field, or None
        for a column to leave out}; goes before everything else
    :return: parallel to ``headings``
    """
    remembered = remembered or {}
    keys = [normalize(heading) for heading in headings]
    wishes = {}
    for at, key in enumerate(keys):
        name, rank = _find_field(key, remembered)
        if name:
            wishes.setdefault(name, {}).setdefault(rank, []).append(at)
    matched = [None] * len(keys)
    for name, ranks in wishes.items():
        best = ranks[min(ranks)]
        if len(best) == 1:
            matched[best[0]] = name
    return _pair_names(matched, keys, remembered)


def _pair_names(matched, keys, remembered):
    """Leave out a first or last name that stands alone, unless a person said so."""
    if set(NAME_PARTS) <= set(matched):
        return matched
    return [
        None if name in NAME_PARTS and remembered.get(key) != name else name
        for name, key in zip(matched, keys, strict=True)
    ]


def join_name(first: str, last: str) -> str:
    """Return the name of a person whose parts stand in two columns."""
    return " ".join(filter(None, (first, last)))


def _find_field(key, remembered):
    """Return (field or None, rank) of a heading; the lower the rank, the surer."""
    if key in remembered:
        return remembered[key], -2
    if key in _EXACT:
        return _EXACT[key], -1
    price = _CURRENCIES.sub("", key)
    if price != key and _find_field(price, {})[0] == "unit_value":
        return "unit_value", 0
    return _RANKS.get(key, (None, 0))


# --- Text ----------------------------------------------------------------------------

_NEVER = {
    normalize(word)
    for word in (
        "never, never expires, no expiry, no expiration, no expiration date, no end, "
        "no end date, does not expire, doesn't expire, non-expiring, unlimited, "
        "nunca, nunca expira, nunca vence, sem validade, sem vencimento, "
        "sem expiração, sem data final, não expira, não vence, sem prazo, "
        "indeterminado, prazo indeterminado, ilimitado, sin vencimiento, "
        "sin caducidad, sin expiración, sin fecha, no vence, no caduca, no expira, "
        "indefinido, ilimitada, indefinida"
    ).split(", ")
}
# What databases and programs write for a date that there is not.
_NEVER_DATES = re.compile(r"0{4}-00-00|00/00/0{4}|9999-12-31|(31/12|12/31)/9999")
_BLANKS = "\ufeff\u200b\u200e\u200f"


def read_text(cell: Cell) -> str:
    """Return a cell as people see it: 1001.0 is "1001", a date is ISO."""
    if isinstance(cell, str):  # as nearly all are
        text = cell.strip()
        if text and (text[0] in _BLANKS or text[-1] in _BLANKS):
            text = text.strip(_BLANKS).strip()
        return text
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


@lru_cache(maxsize=1024)
def is_never(cell: Cell) -> bool:
    """Tell whether an end date says in words, or by a dash, that there is none."""
    text = read_text(cell)
    if text and not text.strip("-–—∞ "):
        return True
    return normalize(text) in _NEVER or bool(_NEVER_DATES.match(text))


def readings_differ(
    cells: Iterable[Cell], read: Callable[[Cell, str], object], styles: Iterable[str]
) -> bool:
    """Tell whether it matters which of several styles a column is read in.

    Where it does not, as for "5" or "04/04/2026", there is nothing to ask.

    :param read: `read_number` or `read_date`
    :param styles: those that fit: decimal marks or date orders
    """
    styles = tuple(styles)
    return any(len(_read_in_all(cell, read, styles)) > 1 for cell in cells)


def _read_in_all(cell, read, styles):
    found = set()
    for style in styles:
        try:
            found.add(read(cell, style))
        except ValueError:
            continue
    return found


def _find_styles(cells, read, styles):
    """Return the styles in which each cell is read that any of them reads."""
    fitting = set(styles)
    # Once each: 1, 1.0 and True are three.
    for cell in {
        (type(cell), cell): cell for cell in filter(is_filled, cells)
    }.values():
        found = {style for style in styles if _is_read(cell, read, style)}
        if found:
            fitting &= found
    return fitting


def _is_read(cell, read, style):
    try:
        read(cell, style)
    except ValueError:
        return False
    return True


# --- Numbers -------------------------------------------------------------------------

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_CURRENCY = (
    r"(?:R\$|US\$|A\$|AU\$|C\$|CA\$|NZ\$|MX\$|S/\.?|Bs\.?|[$€£¥₡₲₱₿¢]"
    r"|USD|EUR|GBP|BRL|MXN|ARS|CLP|COP|PEN|UYU|PYG|BOB|CRC|DOP|GTQ|CAD|AUD|NZD|CHF)"
)
_NUMBERS = {
    mark: re.compile(
        rf"(?P<sign>[-+\u2212]?){_CURRENCY}? ?(?P<minus>[-\u2212]?)"
        rf"(?P<whole>[0-9]+|[0-9]{{1,3}}(?:(?P<by>[{other} '\u2019])[0-9]{{3}})"
        rf"(?:(?P=by)[0-9]{{3}})*|)"
        rf"(?:{re.escape(mark)}(?P<part>[0-9]*))? ?{_CURRENCY}?",
        re.IGNORECASE,
    )
    for mark, other in ((".", ","), (",", "."))
}


def find_decimal_marks(cells: Iterable[Cell]) -> set[str]:
    """Return the decimal marks that fit all numbers of a column.

    Cells that are no numbers at all do not count. Both marks, if nothing tells (see
    `readings_differ`); none, if some numbers are written one way and some the other.
    """
    return _find_styles(cells, read_number, DECIMAL_MARKS)


def read_number(cell: Cell, decimal_mark: str = ".") -> Decimal:
    """Return the number that a cell is, exactly.

    Thousands may be separated by the other mark, spaces or apostrophes, and a currency
    may stand before or after.

    :raise ValueError: if the cell is anything else, be it "five" or "3 of 10"
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = Decimal(format(cell, ".15g"))
        if not number.is_finite():
            raise ValueError(f"not a number: {cell!r}")
        return number
    if not isinstance(cell, str):
        raise ValueError(f"not a number: {cell!r}")
    text = _SPACES.sub(" ", read_text(cell))
    found = _NUMBERS[decimal_mark].fullmatch(text)
    if not found or not (found["whole"] or found["part"]):
        raise ValueError(f"not a number: {cell!r}")
    if found["sign"] and found["minus"]:
        raise ValueError(f"not a number: {cell!r}")
    digits = re.sub(r"[^0-9]", "", found["whole"])
    number = Decimal(f"{digits or 0}.{found['part'] or 0}")
    return -number if (found["sign"] or found["minus"]) in ("-", "\u2212") else number


# --- Dates ---------------------------------------------------------------------------

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan janeiro enero ene",
            "february feb fevereiro fev febrero",
            "march mar marco marzo",
            "april apr abril abr",
            "may maio mai mayo",
            "june jun junho junio",
            "july jul julho julio",
            "august aug agosto ago",
            "september sep sept setembro set septiembre setiembre",
            "october oct outubro out octubre",
            "november nov novembro noviembre",
            "december dec dezembro dez diciembre dic",
        ),
        1,
    )
    for word in words.split()
}
_WEEKDAYS = set(
    "monday mon tuesday tue tues wednesday wed thursday thu thurs friday fri saturday "
    "sat sunday sun segunda terca quarta quinta sexta sabado domingo feira seg ter qua "
    "qui sex sab dom lunes martes miercoles jueves viernes lun mie jue vie".split()
)
_FILLERS = {"de", "del", "of", "the"}
_TIME = re.compile(
    r"(?:T|,? )\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]\.?m\.?)?"
    r"(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?$",
    re.IGNORECASE | re.ASCII,
)
_NUMERIC = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SERIAL = re.compile(r"\d{5,6}(?:[.,]\d+)?", re.ASCII)
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|o|a)", re.ASCII)
_EPOCH = date(1899, 12, 30)  # day 0 of Excel, for all days after February 1900


def find_date_orders(cells: Iterable[Cell]) -> set[str]:
    """Return the orders of day, month and year that fit all dates of a column.

    Cells that are no dates in any order do not count. Several orders, if nothing tells
    (see `readings_differ`); none, if no order fits all.
    """
    cells = (cell for cell in cells if not is_never(cell))
    return _find_styles(cells, read_date, DATE_ORDERS)


def read_date(cell: Cell, order: str) -> date:
    """Return the date that a cell is, without its time.

    A year of four digits that comes first, and a month in words (English, Portuguese,
    Spanish), leave no doubt in any order. Numbers are those in which Excel counts days.

    :param order: one of `DATE_ORDERS`
    :raise ValueError: if it is no date, or not one from 1980 to 2999
    """
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif isinstance(cell, bool):
        raise ValueError(f"not a date: {cell!r}")
    elif isinstance(cell, int | float):
        found = _count_days(cell)
    else:
        found = _read_date_text(read_text(cell), order)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"not a date of our time: {cell!r}")
    return found


def _count_days(days):
    try:
        return _EPOCH + timedelta(days=int(days))
    except OverflowError as error:
        raise ValueError(f"not a date: {days!r}") from error


def _read_date_text(text, order):
    text = _TIME.sub("", _SPACES.sub(" ", text))
    if found := _NUMERIC.fullmatch(text):
        first, __, second, third = found.groups()
        return _order_date((first, second, third), order)
    if found := _COMPACT.fullmatch(text):
        return date(*map(int, found.groups()))
    if _SERIAL.fullmatch(text):
        return _count_days(int(re.split("[.,]", text)[0]))
    return _read_words(text, order)


def _order_date(parts, order):
    """Return the date that three numbers are; a month is always one or two digits."""
    if len(parts[0]) == 4:
        order = "ymd"
    by_letter = dict(zip(order, parts, strict=True))
    if len(by_letter["d"]) > 2 or len(by_letter["m"]) > 2:
        raise ValueError(f"not a date: {parts!r}")
    return date(_read_year(by_letter["y"]), int(by_letter["m"]), int(by_letter["d"]))


def _read_year(digits):
    if len(digits) == 4:
        return int(digits)
    if len(digits) != 2:
        raise ValueError(f"not a year: {digits!r}")
    year = 2000 + int(digits)
    return year - 100 if year >= FIRST_YEAR + 100 else year


def _read_words(text, order):
    """Return the date of a text with the name of its month."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    words = [word for word in re.split(r"[\s,./-]+", plain) if word]
    while words and words[0] in _WEEKDAYS and len(words) > 3:
        words.pop(0)
    words = [word for word in words if word not in _FILLERS]
    words = [_ORDINAL.sub(r"\1", word) for word in words]
    named = [at for at, word in enumerate(words) if word in _MONTHS]
    if len(words) != 3 or len(named) != 1:
        raise ValueError(f"not a date: {text!r}")
    month = str(_MONTHS[words.pop(named[0])])
    if not all(re.fullmatch("[0-9]{1,4}", word) for word in words):
        raise ValueError(f"not a date: {text!r}")
    first, second = words
    year_first = len(first) == 4 or (order == "ymd" and len(second) != 4)
    year, day = (first, second) if year_first else (second, first)
    return _order_date((year, month, day), "ymd")
