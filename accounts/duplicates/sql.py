"""What makes two rows look like one. Each way is a lookup by index per row asked for, with a limit: a name that very
many bear, or a switchboard that everybody calls, is no evidence and costs no time. What fewer share is stored whole:
how many of them are too many is decided for each reader by what that one sees (pairs.py).
"""

# Told apart by nothing but their legal form, two names are one.
_LEGAL = (
    r"\m(gmbh|mbh|ag|kg|kgaa|ohg|gbr|ug|se|co|inc|incorporated|ltd|limited|llc|llp|lp|plc|corp|corporation|company"
    r"|sa|sas|sarl|srl|sl|spa|bv|nv|ab|as|asa|oy|oyj|aps|kft|sro|doo|pty|group|holding)\M"
)
CORE = (
    "COALESCE(NULLIF(btrim(regexp_replace(regexp_replace({name}, '"
    + _LEGAL
    + "', ' ', 'g'), '[[:punct:][:space:]]+', ' ', 'g')), ''), {name})"
)
DOMAIN = r"regexp_replace(lower({website}), '^(https?://)?(www\.)?([^/:?#]*).*$', '\3')"
DIGITS = r"regexp_replace({phone}, '\D', '', 'g')"

# How alike the cores of two names are. Their index is asked for just that: where names share words, it then skips what
# is common (measured at 100,000 accounts: a tenth of the time of whole names looked up at 0.4 and judged afterwards).
ALIKE = 0.6
SET_ALIKE = f"SELECT set_config('pg_trgm.similarity_threshold', '{ALIKE}', true)"
# PostgreSQL guesses that one name in a hundred is like any other and, since a hundred are enough, would rather read all
# names for each (200 among 100,000 accounts: minutes). Left with bitmaps, it asks the index made for the question.
_KINDS = ("enable_seqscan", "enable_indexscan", "enable_indexonlyscan")
BY_BITMAP = "SELECT " + ", ".join(f"set_config('{kind}', 'off', true)" for kind in _KINDS)
AS_USUAL = "SELECT " + ", ".join(f"set_config('{kind}', 'on', true)" for kind in _KINDS)
# The words that one has and the other lacks are slips of each other, or they are two branches: Bern and Basel.
SLIP = 0.4
LOOKED_AT, SHORTEST_PHONE, MANY_CONTACTS, MOST_CONTACTS = 100, 7, 200, 5

OTHER = CORE.format(name="o.name_sort")
_LACKING = "(SELECT string_agg(w, ' ') FROM unnest({these}) w WHERE w <> ALL ({those}))"
_MINE = _LACKING.format(these="a.words", those="string_to_array({core}, ' ')")
_THEIRS = _LACKING.format(these="string_to_array({core}, ' ')", those="a.words")
# a: the name asked for, with its words and digits; {core}: that of another.
# Numbered names are one only where the number is. A similarity that is not known is that of words added to a name.
MEANS_THE_SAME = (
    f"({DIGITS.format(phone='{core}')} = a.digits AND COALESCE(similarity({_MINE}, {_THEIRS}), 1) >= {SLIP})"
)
WITH_WORDS = (
    f"SELECT *, string_to_array(core, ' ') AS words, {DIGITS.format(phone='core')} AS digits FROM ({{named}}) named"
)
_SIMILAR = f"""
    SELECT a.id AS one, b.id AS other, CASE WHEN b.alike = 1 THEN 'same_name' ELSE 'similar_name' END AS reason,
           (70 * b.alike)::int AS weight
    FROM asked a CROSS JOIN LATERAL (
        SELECT f.id, f.core, similarity(f.core, a.core) AS alike, count(*) OVER () AS all_of_them FROM (
            SELECT o.id, {OTHER} AS core FROM accounts_account o
            WHERE {OTHER} %% a.core AND o.id <> a.id LIMIT {LOOKED_AT + 1}
        ) f
    ) b
    WHERE b.all_of_them <= {LOOKED_AT} AND {MEANS_THE_SAME.format(core="b.core")}
"""


def _same(reason: str, weight: int, asked: str, found: str) -> str:
    """Pairs by an equal value; where more than LOOKED_AT others have it, it says nothing.

    Equal is written as a range: a trigram index on the same words knows no ranges, and would be taken for cheaper.
    """
    return f"""
    SELECT k.one, b.account_id, '{reason}', {weight} FROM ({asked}) k CROSS JOIN LATERAL (
        SELECT f.account_id, count(*) OVER () AS all_of_them FROM ({found} LIMIT {LOOKED_AT + 1}) f
    ) b WHERE b.all_of_them <= {LOOKED_AT} AND b.account_id <> k.one
    """


_NAMES = _same(
    "same_name",
    70,
    "SELECT id AS one, core AS value FROM asked",
    f"SELECT o.id AS account_id FROM accounts_account o WHERE {OTHER} BETWEEN k.value AND k.value AND o.id <> k.one",
)
_WEBSITES = _same(
    "same_website",
    50,
    f"SELECT id AS one, {DOMAIN.format(website='website')} AS value FROM asked WHERE website <> ''",
    f"SELECT o.id AS account_id FROM accounts_account o "
    f"WHERE o.website <> '' AND {DOMAIN.format(website='o.website')} = k.value AND o.id <> k.one",
)
_EXTERNAL_IDS = _same(
    "same_external_id",
    45,
    "SELECT a.id AS one, x.external_id AS value, x.source FROM asked a "
    "JOIN accounts_externalid x ON x.account_id = a.id",
    "SELECT o.account_id FROM accounts_externalid o "
    "WHERE o.external_id = k.value AND o.source <> k.source AND o.account_id <> k.one",
)
_EMAILS = _same(
    "same_email",
    50,
    "SELECT a.id AS one, lower(c.email) AS value FROM asked a JOIN accounts_contact c ON c.account_id = a.id "
    "WHERE c.email <> ''",
    "SELECT o.account_id FROM accounts_contact o "
    "WHERE o.email <> '' AND lower(o.email) BETWEEN k.value AND k.value AND o.account_id <> k.one",
)
_PHONES = _same(
    "same_phone",
    45,
    f"SELECT a.id AS one, {DIGITS.format(phone='c.phone')} AS value FROM asked a "
    f"JOIN accounts_contact c ON c.account_id = a.id "
    f"WHERE length({DIGITS.format(phone='c.phone')}) >= {SHORTEST_PHONE}",
    f"SELECT o.account_id FROM accounts_contact o "
    f"WHERE o.phone <> '' AND {DIGITS.format(phone='o.phone')} = k.value AND o.account_id <> k.one",
)
_ASKED = WITH_WORDS.format(
    named=f"SELECT id, website, {CORE.format(name='name_sort')} AS core FROM accounts_account "
    "WHERE id = ANY(%(ids)s::uuid[])"
)

# SELECT first: a statement that begins otherwise is rewritten where history is recorded, and its % with it.
ACCOUNT_PAIRS = f"""
    SELECT first, other, least(100, sum(weight))::int, array_agg(reason ORDER BY weight DESC, reason) FROM (
        SELECT least(one, other) AS first, greatest(one, other) AS other, reason, max(weight) AS weight FROM (
            WITH asked AS MATERIALIZED ({_ASKED}) {_SIMILAR} UNION ALL {_NAMES}
            UNION ALL {_WEBSITES} UNION ALL {_EXTERNAL_IDS} UNION ALL {_EMAILS} UNION ALL {_PHONES}
        ) found GROUP BY 1, 2, reason
    ) pairs GROUP BY 1, 2
"""


def _within(reason: str, weight: int, value: str, where: str) -> str:
    """Pairs of contacts of one account by an equal value, again not where many have it."""
    return f"""
    SELECT a.id AS one, b.id AS other, '{reason}' AS reason, {weight} AS weight FROM (
        SELECT id, account_id, {value} AS value, count(*) OVER (PARTITION BY account_id, {value}) AS all_of_them
        FROM asked WHERE {where}
    ) a JOIN asked b ON b.account_id = a.account_id AND {value.replace("asked.", "b.")} = a.value AND b.id > a.id
    WHERE a.all_of_them BETWEEN 2 AND {MOST_CONTACTS + 1}
    """


CONTACT_PAIRS = f"""
    SELECT one, other, least(100, sum(weight))::int, array_agg(reason ORDER BY weight DESC, reason) FROM (
        WITH asked AS MATERIALIZED (
            SELECT id, account_id, name_sort, lower(email) AS email, {DIGITS.format(phone="phone")} AS digits,
                   count(*) OVER (PARTITION BY account_id) AS at_account
            FROM accounts_contact WHERE account_id = ANY(%(ids)s::uuid[])
        )
        {_within("same_name", 70, "asked.name_sort", "true")}
        UNION ALL {_within("same_email", 60, "asked.email", "email <> ''")}
        UNION ALL {_within("same_phone", 30, "asked.digits", f"length(digits) >= {SHORTEST_PHONE}")}
        UNION ALL SELECT a.id, b.id, 'similar_name', 45 FROM asked a JOIN asked b ON b.account_id = a.account_id
            AND b.id > a.id AND b.name_sort <> a.name_sort AND similarity(a.name_sort, b.name_sort) >= {ALIKE}
            WHERE a.at_account <= {MANY_CONTACTS}
    ) pairs GROUP BY 1, 2 HAVING sum(weight) >= 45
"""

STORE_ACCOUNT_PAIRS = """
    INSERT INTO accounts_accountpair AS p (account_id, other_id, score, reasons)
    SELECT f.first, f.other, f.score, f.reasons::jsonb
    FROM unnest(%(firsts)s::uuid[], %(others)s::uuid[], %(scores)s::int[], %(reasons)s::text[])
         AS f(first, other, score, reasons) ORDER BY f.first, f.other
    ON CONFLICT (account_id, other_id) DO UPDATE SET score = EXCLUDED.score, reasons = EXCLUDED.reasons
    WHERE (p.score, p.reasons) IS DISTINCT FROM (EXCLUDED.score, EXCLUDED.reasons)
"""
STORE_CONTACT_PAIRS = """
    INSERT INTO accounts_contactpair AS p (account_id, contact_id, other_id, score, reasons)
    SELECT c.account_id, f.first, f.other, f.score, f.reasons::jsonb
    FROM unnest(%(firsts)s::uuid[], %(others)s::uuid[], %(scores)s::int[], %(reasons)s::text[])
         AS f(first, other, score, reasons) JOIN accounts_contact c ON c.id = f.first
    ORDER BY f.first, f.other
    ON CONFLICT (contact_id, other_id) DO UPDATE SET score = EXCLUDED.score, reasons = EXCLUDED.reasons
    WHERE (p.score, p.reasons) IS DISTINCT FROM (EXCLUDED.score, EXCLUDED.reasons)
"""
_NOT_FOUND = """dismissed_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM unnest(%(firsts)s::uuid[], %(others)s::uuid[]) AS f(first, other)
    WHERE f.first = p.{first} AND f.other = p.other_id)
"""
FORGET_ACCOUNT_PAIRS = f"""
    DELETE FROM accounts_accountpair p
    WHERE (account_id = ANY(%(ids)s::uuid[]) OR other_id = ANY(%(ids)s::uuid[]))
      AND {_NOT_FOUND.format(first="account_id")}
"""
FORGET_CONTACT_PAIRS = f"""
    DELETE FROM accounts_contactpair p
    WHERE account_id = ANY(%(ids)s::uuid[]) AND {_NOT_FOUND.format(first="contact_id")}
"""

# Who was made, renamed or got another website since, and whose people changed; but for those who wait to be looked at.
CHANGED = """
    (
        SELECT a.id FROM accounts_account a
        WHERE a.changed_at > %(since)s AND (a.created_at > %(since)s OR EXISTS (
            SELECT 1 FROM accounts_accountevent e
            WHERE e.pgh_obj_id = a.id AND e.pgh_created_at > %(since)s AND e.pgh_was ?| ARRAY['name_sort', 'website']))
        UNION SELECT c.account_id FROM accounts_contact c WHERE c.changed_at > %(since)s
    ) EXCEPT SELECT jsonb_array_elements_text(m.payload -> 'ids')::uuid FROM outbox_outboxmessage m
             WHERE m.topic = %(topic)s AND m.attempts = 0 AND m.done_at IS NULL
    ORDER BY 1
"""
