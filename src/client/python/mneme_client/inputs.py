# Made of the served document by `node scripts/run.mjs client-schema`.
from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypedDict

from typing_extensions import NotRequired


class Grant(TypedDict):
    namespace: str
    """Namespace, or a pattern such as `acme.shared.**`; `**`: all namespaces."""
    verbs: list[Literal["read", "write", "publish", "admin", "reveal", "metrics"]]
    """Verbs that the grant allows."""


class NewKey(TypedDict):
    agent: str
    """Agent name; the `source_agent` of memories written with the key. Must not hold invisible characters. Must not be the agent name of a key with grants that you don't administer. Names that differ only in case, white space or Unicode form (NFKC) count as the same."""
    name: NotRequired[str]
    """Display name."""
    grants: list[Grant]
    """Namespace patterns and the verbs allowed there."""
    human: NotRequired[bool]
    """Whether the key belongs to a human and may submit human feedback. Default: false."""
    expires_at: NotRequired[str | datetime]
    """Time of expiry, in the future. Defaults to the expiry of the creating key, and can't be later."""
    ttl_seconds: NotRequired[int]
    """Seconds until the key expires; an alternative to `expires_at`."""
    rate_limit_per_minute: NotRequired[int]
    """Maximum requests per minute; at most the limit of the creating key. Defaults to that key's own limit, else to the configured limit. Each request also counts against the limits of the creating keys."""


class NewNamespaceSettingsStateTtl(TypedDict):
    """TTL settings of state documents. Default: `{"default_seconds":null,"max_seconds":null}`."""

    default_seconds: NotRequired[int | None]
    """Default TTL in seconds; null: not set."""
    max_seconds: NotRequired[int | None]
    """Maximum TTL in seconds; null: not set."""


class NewNamespaceSettingsQuota(TypedDict):
    """Quota of the namespace: maximum number of memories and of bytes. Default: `{"memories":null,"bytes":null}`."""

    memories: NotRequired[int | None]
    """Maximum number of memories; null: not set."""
    bytes: NotRequired[int | None]
    """Maximum number of bytes; null: not set."""


class NewNamespaceSettingsPublish(TypedDict):
    """Settings of publications into this namespace. A copy with less trust than `min_trust` is quarantined: recalls and lists don't return it until a human confirms it or a key with `publish` here releases it. Default: `{"min_trust":null}`."""

    min_trust: NotRequired[float | None]
    """Trust below which a published copy is quarantined; null: not set."""


class NewNamespaceSettingsDecay(TypedDict):
    """Settings of decay. `touch`: whether a recall counts its hits as used, which extends their life; null means true. Default: `{"touch":null}`."""

    touch: NotRequired[bool | None]
    """Whether recalls count their hits as used; null: not set."""


class NewNamespaceSettingsTtl(TypedDict):
    """Default TTL by memory type, for memories written later without `ttl_seconds`. 0: no expiry. Default: `{"episodic_seconds":null,"semantic_seconds":null,"procedural_seconds":null}`."""

    episodic_seconds: NotRequired[int | None]
    """Default TTL of episodic memories in seconds; 0: no expiry; null: not set."""
    semantic_seconds: NotRequired[int | None]
    """Default TTL of semantic memories in seconds; 0: no expiry; null: not set."""
    procedural_seconds: NotRequired[int | None]
    """Default TTL of procedural memories in seconds; 0: no expiry; null: not set."""


class NewNamespaceSettingsRecency(TypedDict):
    """Default recency settings of recalls that search only this namespace and don't set `recency`. Default: `{"weight":null,"half_life_days":null}`."""

    weight: NotRequired[float | None]
    """Weight of recency, from 0 to 1."""
    half_life_days: NotRequired[float | None]
    """Half-life of recency, in days."""


class NewNamespaceSettingsSession(TypedDict):
    """Settings of sessions. Default: `{"ttl_seconds":null,"window_messages":null,"window_tokens":null}`."""

    ttl_seconds: NotRequired[int | None]
    """Seconds without use after which a session expires; null: not set."""
    window_messages: NotRequired[int | None]
    """Maximum number of messages in a session's window; null: not set."""
    window_tokens: NotRequired[int | None]
    """Maximum number of tokens in a session's window; null: not set."""


class NewNamespaceSettingsReceipts(TypedDict):
    """Settings of receipts. `share`: share of recalls that store a receipt without asking for one, from 0 to 1; null means 1. Default: `{"share":null}`."""

    share: NotRequired[float | None]
    """Share of recalls that store a receipt without asking for one, from 0 to 1; null: not set."""


class NewNamespaceSettingsRetention(TypedDict):
    """How long each kind of content is kept at most; null: the service's default; memory types and sessions have none. Memories of a type count from their current version, old versions from when they were superseded, sessions from their last message. `receipts_seconds` 0: none is stored. A recall of several namespaces follows the strictest of them. Default: `{"receipts_seconds":null,"audit_seconds":null,"episodic_seconds":null,"semantic_seconds":null,"procedural_seconds":null,"versions_seconds":null,"sessions_seconds":null,"state_history_seconds":null}`."""

    receipts_seconds: NotRequired[int | None]
    """Seconds that a receipt is kept; 0: none is stored; null: not set."""
    audit_seconds: NotRequired[int | None]
    """Seconds that an audit entry is kept; null: not set."""
    episodic_seconds: NotRequired[int | None]
    """Seconds that an episodic memory is kept at most; null: not set."""
    semantic_seconds: NotRequired[int | None]
    """Seconds that a semantic memory is kept at most; null: not set."""
    procedural_seconds: NotRequired[int | None]
    """Seconds that a procedural memory is kept at most; null: not set."""
    versions_seconds: NotRequired[int | None]
    """Seconds that an old version of a memory is kept; null: not set."""
    sessions_seconds: NotRequired[int | None]
    """Seconds that a session is kept after its last message; null: not set."""
    state_history_seconds: NotRequired[int | None]
    """Seconds that superseded versions of state and changes are kept; null: not set."""


class NewNamespaceSettingsArchive(TypedDict):
    """Which episodic memories are moved to the archive. Pinned and published memories, copies and facts are never moved. See docs/archive.md. Default: `{"after_seconds":null,"unread_seconds":null,"max_importance":null,"consolidated_only":null}`."""

    after_seconds: NotRequired[int | None]
    """Minimum age of the current version of an archived memory; null: nothing is archived."""
    unread_seconds: NotRequired[int | None]
    """Minimum time since an archived memory was last used, seen again or restored; null: the same as `after_seconds`."""
    max_importance: NotRequired[float | None]
    """Maximum importance of an archived memory; null: any importance."""
    consolidated_only: NotRequired[bool | None]
    """Whether only memories that a summary supersedes are archived; null means false."""


class NewNamespaceSettingsPii(TypedDict):
    """What writes do with personal data, by kind. `allow` (and null): it isn't looked for. `tag`: it stays, and the memory gets the tag `pii:<kind>`. `redact`: a mark such as `[email]` replaces it. `tokenize`: a token such as `[email:7f3a0c55d1e2b894]` replaces it, the same for the same value, and the original can be revealed. `reject`: the write is refused (422). See docs/privacy.md. Default: `{"email":null,"phone":null,"card":null,"iban":null,"ip":null,"national_id":null,"secret":null,"state":null,"region":null}`."""

    email: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for e-mail addresses; null: allow."""
    phone: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for telephone numbers; null: allow."""
    card: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for payment card numbers; null: allow."""
    iban: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for bank account numbers (IBAN); null: allow."""
    ip: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for IP addresses; null: allow."""
    national_id: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for national identity numbers; null: allow."""
    secret: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for secrets, such as passwords, keys and tokens; null: allow."""
    state: NotRequired[bool | None]
    """Whether the values of state documents are treated as well; null means false."""
    region: NotRequired[Literal["AC", "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GT", "GU", "GW", "GY", "HK", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TA", "TC", "TD", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "XK", "YE", "YT", "ZA", "ZM", "ZW"] | None]
    """Country (ISO 3166-1) whose telephone numbers are found without their country code; null: only numbers in North American grouping, or US numbers after a word such as `call`."""


class NewConsolidationSettings(TypedDict):
    """Schedule and options of automatic consolidation; null: none."""

    schedule: str
    """Cron pattern of the runs: five fields, or six with leading seconds."""
    time_zone: NotRequired[str]
    """IANA time zone of the schedule."""
    steps: NotRequired[list[Literal["merge", "summarise", "facts", "procedures", "expire"]] | None]
    """Steps of the run; null: all."""
    older_than_seconds: NotRequired[int | None]
    """Minimum age of the episodes to summarise, in seconds."""
    unread_seconds: NotRequired[int | None]
    """Seconds without a write or use after which the step `expire` removes a memory from recall. The memory expires 30 days later."""
    next_run_at: NotRequired[str | datetime | None]
    """Read-only; accepted on write and ignored, so a response can be sent back."""


class NamespaceSettingsPatchStateTtl(TypedDict):
    """TTL settings of state documents."""

    default_seconds: NotRequired[int | None]
    """Default TTL in seconds; null: not set."""
    max_seconds: NotRequired[int | None]
    """Maximum TTL in seconds; null: not set."""


class NamespaceSettingsPatchQuota(TypedDict):
    """Quota of the namespace: maximum number of memories and of bytes."""

    memories: NotRequired[int | None]
    """Maximum number of memories; null: not set."""
    bytes: NotRequired[int | None]
    """Maximum number of bytes; null: not set."""


class NamespaceSettingsPatchPublish(TypedDict):
    """Settings of publications into this namespace. A copy with less trust than `min_trust` is quarantined: recalls and lists don't return it until a human confirms it or a key with `publish` here releases it."""

    min_trust: NotRequired[float | None]
    """Trust below which a published copy is quarantined; null: not set."""


class NamespaceSettingsPatchDecay(TypedDict):
    """Settings of decay. `touch`: whether a recall counts its hits as used, which extends their life; null means true."""

    touch: NotRequired[bool | None]
    """Whether recalls count their hits as used; null: not set."""


class NamespaceSettingsPatchTtl(TypedDict):
    """Default TTL by memory type, for memories written later without `ttl_seconds`. 0: no expiry."""

    episodic_seconds: NotRequired[int | None]
    """Default TTL of episodic memories in seconds; 0: no expiry; null: not set."""
    semantic_seconds: NotRequired[int | None]
    """Default TTL of semantic memories in seconds; 0: no expiry; null: not set."""
    procedural_seconds: NotRequired[int | None]
    """Default TTL of procedural memories in seconds; 0: no expiry; null: not set."""


class NamespaceSettingsPatchRecency(TypedDict):
    """Default recency settings of recalls that search only this namespace and don't set `recency`."""

    weight: NotRequired[float | None]
    """Weight of recency, from 0 to 1."""
    half_life_days: NotRequired[float | None]
    """Half-life of recency, in days."""


class NamespaceSettingsPatchSession(TypedDict):
    """Settings of sessions."""

    ttl_seconds: NotRequired[int | None]
    """Seconds without use after which a session expires; null: not set."""
    window_messages: NotRequired[int | None]
    """Maximum number of messages in a session's window; null: not set."""
    window_tokens: NotRequired[int | None]
    """Maximum number of tokens in a session's window; null: not set."""


class NamespaceSettingsPatchReceipts(TypedDict):
    """Settings of receipts. `share`: share of recalls that store a receipt without asking for one, from 0 to 1; null means 1."""

    share: NotRequired[float | None]
    """Share of recalls that store a receipt without asking for one, from 0 to 1; null: not set."""


class NamespaceSettingsPatchRetention(TypedDict):
    """How long each kind of content is kept at most; null: the service's default; memory types and sessions have none. Memories of a type count from their current version, old versions from when they were superseded, sessions from their last message. `receipts_seconds` 0: none is stored. A recall of several namespaces follows the strictest of them."""

    receipts_seconds: NotRequired[int | None]
    """Seconds that a receipt is kept; 0: none is stored; null: not set."""
    audit_seconds: NotRequired[int | None]
    """Seconds that an audit entry is kept; null: not set."""
    episodic_seconds: NotRequired[int | None]
    """Seconds that an episodic memory is kept at most; null: not set."""
    semantic_seconds: NotRequired[int | None]
    """Seconds that a semantic memory is kept at most; null: not set."""
    procedural_seconds: NotRequired[int | None]
    """Seconds that a procedural memory is kept at most; null: not set."""
    versions_seconds: NotRequired[int | None]
    """Seconds that an old version of a memory is kept; null: not set."""
    sessions_seconds: NotRequired[int | None]
    """Seconds that a session is kept after its last message; null: not set."""
    state_history_seconds: NotRequired[int | None]
    """Seconds that superseded versions of state and changes are kept; null: not set."""


class NamespaceSettingsPatchArchive(TypedDict):
    """Which episodic memories are moved to the archive. Pinned and published memories, copies and facts are never moved. See docs/archive.md."""

    after_seconds: NotRequired[int | None]
    """Minimum age of the current version of an archived memory; null: nothing is archived."""
    unread_seconds: NotRequired[int | None]
    """Minimum time since an archived memory was last used, seen again or restored; null: the same as `after_seconds`."""
    max_importance: NotRequired[float | None]
    """Maximum importance of an archived memory; null: any importance."""
    consolidated_only: NotRequired[bool | None]
    """Whether only memories that a summary supersedes are archived; null means false."""


class NamespaceSettingsPatchPii(TypedDict):
    """What writes do with personal data, by kind. `allow` (and null): it isn't looked for. `tag`: it stays, and the memory gets the tag `pii:<kind>`. `redact`: a mark such as `[email]` replaces it. `tokenize`: a token such as `[email:7f3a0c55d1e2b894]` replaces it, the same for the same value, and the original can be revealed. `reject`: the write is refused (422). See docs/privacy.md."""

    email: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for e-mail addresses; null: allow."""
    phone: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for telephone numbers; null: allow."""
    card: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for payment card numbers; null: allow."""
    iban: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for bank account numbers (IBAN); null: allow."""
    ip: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for IP addresses; null: allow."""
    national_id: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for national identity numbers; null: allow."""
    secret: NotRequired[Literal["allow", "tag", "redact", "tokenize", "reject"] | None]
    """Action for secrets, such as passwords, keys and tokens; null: allow."""
    state: NotRequired[bool | None]
    """Whether the values of state documents are treated as well; null means false."""
    region: NotRequired[Literal["AC", "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GT", "GU", "GW", "GY", "HK", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TA", "TC", "TD", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "XK", "YE", "YT", "ZA", "ZM", "ZW"] | None]
    """Country (ISO 3166-1) whose telephone numbers are found without their country code; null: only numbers in North American grouping, or US numbers after a word such as `call`."""


class NamespaceSettingsPatchConsolidation(TypedDict):
    """Schedule and options of automatic consolidation; null: none."""

    schedule: NotRequired[str | None]
    """Cron pattern of the runs: five fields, or six with leading seconds."""
    time_zone: NotRequired[str | None]
    """IANA time zone of the schedule."""
    steps: NotRequired[list[Literal["merge", "summarise", "facts", "procedures", "expire"]] | None]
    """Steps of the run; null: all."""
    older_than_seconds: NotRequired[int | None]
    """Minimum age of the episodes to summarise, in seconds."""
    unread_seconds: NotRequired[int | None]
    """Seconds without a write or use after which the step `expire` removes a memory from recall. The memory expires 30 days later."""
    next_run_at: NotRequired[str | datetime | None]
    """Read-only; accepted on write and ignored, so a response can be sent back."""


class RevealRequest(TypedDict):
    tokens: list[str]
    """Tokens to reveal."""


class PiiScanRequest(TypedDict):
    kinds: NotRequired[list[Literal["email", "phone", "card", "iban", "ip", "national_id", "secret"]]]
    """Kinds to look for. Default: all of them."""
    limit: NotRequired[int]
    """Maximum number of memories to examine. After 5 seconds, the answer holds what was examined so far, with a cursor."""
    cursor: NotRequired[str]
    """The cursor of the answer before."""


class PiiApplyRequest(TypedDict):
    dry_run: NotRequired[bool]
    """Whether memories are only counted and named. Send `false` to rewrite them."""
    limit: NotRequired[int]
    """Maximum number of memories to examine. After 5 seconds, the answer holds what was done so far, with a cursor."""
    cursor: NotRequired[str]
    """The cursor of the answer before."""


class NewMemoryDerivedFrom(TypedDict):
    namespace: str
    """Namespace: labels joined by dots."""
    id: str
    """Id of the memory."""
    version: int
    """Version number."""


class NewFact(TypedDict):
    """A fact: subject, predicate and object. Only semantic memories can have one."""

    subject: str
    """Subject of the fact."""
    predicate: str
    """Predicate of the fact."""
    object: str
    """Object of the fact."""
    confidence: NotRequired[float]
    """Confidence in the fact, from 0 to 1. Default: 1."""
    cardinality: NotRequired[Literal["one", "many"]]
    """`one`: the subject has one object at a time for this predicate, so a new fact ends the previous one. Defaults to the namespace's setting for the predicate, else `many`."""
    valid_from: NotRequired[str | datetime]
    """Start of the memory's valid time. Set it here or on the memory, not on both."""
    valid_to: NotRequired[str | datetime]
    """End of the memory's valid time (exclusive). Set it here or on the memory, not on both."""


class MemoryPatchFact(TypedDict):
    """New confidence of the memory's fact. Subject, predicate and object can't be changed."""

    confidence: float
    """Confidence in the fact, from 0 to 1."""


class RestoreRequest(TypedDict):
    version: int
    """Number of the version to restore."""


class FeedbackRequest(TypedDict):
    outcome: Literal["confirmed", "contradicted", "used", "useless"]
    """Verdict on the content, or rating of its usefulness."""
    by: Literal["human", "agent"]
    """Who gives the feedback. `human` needs a key with `human: true`."""


class PublishRequest(TypedDict):
    to: str
    """Namespace in which to publish."""
    follow: NotRequired[bool]
    """Whether the copy follows its origin: it gets each revision, and is deleted or expires with it. Otherwise the copy only shows that its origin has a newer version or was deleted."""


UnpublishRequest = TypedDict(
    "UnpublishRequest",
    {
        "from": str
    },
)


class ForgetPolicyFilterFact(TypedDict):
    """Only facts with these names. A list of names matches if one of them does. Names are compared case-insensitively, and aliases aren't resolved."""

    subject: NotRequired[str | list[str]]
    """Subject of the fact."""
    predicate: NotRequired[str | list[str]]
    """Predicate of the fact."""
    object: NotRequired[str | list[str]]
    """Object of the fact."""


ForgetPolicyFilter = TypedDict(
    "ForgetPolicyFilter",
    {
        "items_only": NotRequired[bool],
        "agent_id": NotRequired[str | list[str]],
        "session_id": NotRequired[str | list[str]],
        "tags": NotRequired[list[str]],
        "tags_any": NotRequired[list[str]],
        "from": NotRequired[str | datetime],
        "to": NotRequired[str | datetime],
        "metadata": NotRequired[dict[str, Any]],
        "archived": NotRequired[bool],
        "fact": NotRequired[ForgetPolicyFilterFact],
    },
)


class ConsolidationRequest(TypedDict):
    dry_run: NotRequired[bool]
    """Whether to only plan the run."""
    steps: NotRequired[list[Literal["merge", "summarise", "facts", "procedures", "expire"]]]
    """Steps of the run. Default: all."""
    older_than_seconds: NotRequired[int]
    """Minimum age of the episodes to summarise, in seconds since their `timestamp`."""
    unread_seconds: NotRequired[int]
    """Seconds without a write or use after which the step `expire` removes a memory from recall. The memory expires 30 days later."""
    max_llm_calls: NotRequired[int]
    """Maximum number of language model calls."""
    max_llm_tokens: NotRequired[int]
    """Maximum number of language model tokens."""


class NewExport(TypedDict):
    namespaces: NotRequired[list[str]]
    """Namespaces and patterns to export. Default: all that the key may read."""
    since: NotRequired[str | datetime]
    """Export only what has changed since this time. To continue an earlier export, give its `started_at`."""
    vectors: NotRequired[bool]
    """Whether the export holds embedding vectors. Without them, an import embeds all memories again."""
    keys: NotRequired[bool]
    """Whether the export holds the API keys, with hashes of their secrets: after an import they work again. Needs `admin` on `**`."""
    reputations: NotRequired[bool]
    """Whether the export holds the votes on agents' memories. Needs `admin` on `**`. Default: `true` for such a key that exports `**`."""
    receipts: NotRequired[bool]
    """Whether the export holds receipts of recalls, where the key has `admin` on all that they asked for and found. They are about 1 KB each."""


class NewImport(TypedDict):
    on_conflict: NotRequired[Literal["skip", "overwrite", "fail"]]
    """What happens if another record already has the same id or name: keep that record (`skip`), replace it (`overwrite`), or end the import (`fail`)."""
    dry_run: NotRequired[bool]
    """Whether the import only checks the file and counts what it would do."""
    restore_erased: NotRequired[bool]
    """Whether records that were deleted here since the export come back."""
    into: NotRequired[str]
    """Namespace that replaces the exported one, with everything below it."""


class ArchiveRestoreRequestFilterFact(TypedDict):
    """Only facts with these names. A list of names matches if one of them does. Names are compared case-insensitively, and aliases aren't resolved."""

    subject: NotRequired[str | list[str]]
    """Subject of the fact."""
    predicate: NotRequired[str | list[str]]
    """Predicate of the fact."""
    object: NotRequired[str | list[str]]
    """Object of the fact."""


ArchiveRestoreRequestFilter = TypedDict(
    "ArchiveRestoreRequestFilter",
    {
        "memory_types": NotRequired[list[Literal["episodic", "semantic", "procedural"]]],
        "items_only": NotRequired[bool],
        "agent_id": NotRequired[str | list[str]],
        "session_id": NotRequired[str | list[str]],
        "tags": NotRequired[list[str]],
        "tags_any": NotRequired[list[str]],
        "from": NotRequired[str | datetime],
        "to": NotRequired[str | datetime],
        "metadata": NotRequired[dict[str, Any]],
        "fact": NotRequired[ArchiveRestoreRequestFilterFact],
    },
)


class NewEmbeddingMigration(TypedDict):
    model: NotRequired[str]
    """Id of the new model; `auto`: the configured model that isn't in use. A model that the latest finished migration left must be named."""
    rate_per_second: NotRequired[int | None]
    """Maximum number of memories embedded per second; null: half of the time is left to other work."""
    switch: NotRequired[Literal["when_ready", "on_request"]]
    """When recall changes to the new vectors. `when_ready`: once all are there and the report was made. `on_request`: by the step `switch`."""


class EmbeddingMigrationStep(TypedDict):
    step: Literal["switch", "roll_back", "finish", "cancel"]
    """`switch`: recall uses the new vectors. `roll_back`: recall uses the old vectors again. `finish`: deletes the old vectors; then this can't be undone. `cancel`: before the switch, ends the migration and deletes the new vectors."""


class ErasureSubject(TypedDict):
    """A person or thing. Everything that matches any of its fields is erased."""

    entity: NotRequired[str | list[str]]
    """Names of entities. Their aliases count as well."""
    agent_id: NotRequired[str | list[str]]
    """Agent names. Matches what these agents wrote, and memories whose `agent_id` is one of them."""
    session_id: NotRequired[str | list[str]]
    """Sessions. Threads with the same id count as well."""
    thread_id: NotRequired[str | list[str]]
    """LangGraph threads. Threads without a namespace are erased only if the erasure covers `**`."""
    state_key: NotRequired[str | list[str]]
    """Keys of state documents."""
    metadata: NotRequired[dict[str, Any]]
    """Filter on metadata, in the shape of the metadata. A scalar must equal the value, or an element if the value is an array. An array matches if any of its elements matches. An object under a field may hold operators instead: `eq`, `ne`, `gt`, `gte`, `lt`, `lte` (a number, or an RFC 3339 date), `in`, `nin`, `exists`, `and`, `or`, `not`; `and`, `or` and `not` are also allowed at the top level. Operators may be prefixed with `$`; unknown operators are refused. `{"$literal": {…}}` compares keys literally, for metadata with keys named like operators. See docs/filters.md."""
    mentions: NotRequired[bool]
    """Whether texts that mention one of the entities by a name match too: contents, metadata, messages, state and checkpoints."""


class MemoryFilterFact(TypedDict):
    """Only facts with these names. A list of names matches if one of them does. Names are compared case-insensitively, and aliases aren't resolved."""

    subject: NotRequired[str | list[str]]
    """Subject of the fact."""
    predicate: NotRequired[str | list[str]]
    """Predicate of the fact."""
    object: NotRequired[str | list[str]]
    """Object of the fact."""


class NewItem(TypedDict):
    content: NotRequired[str]
    """Text by which recall finds the item. Without it, only its key and filters find it."""
    agent_id: NotRequired[str]
    """Agent name, as given by the writer."""
    session_id: NotRequired[str]
    """Id of the session."""
    timestamp: NotRequired[str | datetime]
    """Time of the event. Defaults to the time of recording."""
    metadata: NotRequired[dict[str, Any]]
    """Any JSON object: at most 65536 bytes, 16 levels, 1024 values. Each value can be filtered on."""
    tags: NotRequired[list[str]]
    """Tags of the memory."""
    trust_score: NotRequired[float]
    """Trust in the source, from 0 to 1. Default: 1."""
    importance: NotRequired[float]
    """Importance, from 0 to 1. Default: 0.5. See docs/lifecycle.md."""
    pinned: NotRequired[bool]
    """Whether the memory is exempt from expiry and forget policies."""
    valid_from: NotRequired[str | datetime]
    """Start of the valid time."""
    valid_to: NotRequired[str | datetime]
    """End of the valid time (exclusive)."""
    ttl_seconds: NotRequired[int | None]
    """Seconds to live; null: no expiry. Defaults to the TTL of the memory type."""


class NewInteractionToolCalls(TypedDict):
    name: str
    """Name of the tool."""
    arguments: NotRequired[Any]
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""
    result: NotRequired[Any]
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""
    error: NotRequired[Any]
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""


class NewAliases(TypedDict):
    aliases: list[str]
    """Other names of the entity."""


class MergeRequest(TypedDict):
    into: str
    """Name of the entity that this one becomes part of."""


class RecallRequestFusionAuto(TypedDict):
    method: Literal["auto"]
    """Fusion method: `auto` or `rrf`."""


class RecallRequestFusionRrfWeights(TypedDict):
    """Weight of each list in the fusion. Default: `{"keyword":1,"vector":1,"entities":1}`."""

    keyword: NotRequired[float]
    """Weight of the keyword list."""
    vector: NotRequired[float]
    """Weight of the vector list."""
    entities: NotRequired[float]
    """Weight of the entity list; only with `expand`."""


class RecallRequestFusionRrf(TypedDict):
    method: Literal["rrf"]
    """Fusion method: `auto` or `rrf`."""
    k: NotRequired[float]
    """Constant k of reciprocal rank fusion."""
    weights: NotRequired[RecallRequestFusionRrfWeights]


class RecallRequestRecency(TypedDict):
    """Weight of age in the ranking: (1 − weight) × relevance + weight × 2^(−age of `timestamp` / half-life), where relevance is the score normalised to 0..1. Defaults to MNEME_RECENCY_WEIGHT (0: off)."""

    half_life_days: NotRequired[float]
    """Half-life of recency, in days."""
    weight: float
    """Weight of recency, from 0 to 1."""


class RecallRequestRerank(TypedDict):
    """Has the configured reranker order the first `depth` hits: it reads the query with each text. `score` stays as it was. Without a reranker, or if it fails or isn't there within `budget_ms`, the hits keep their order, and `degraded` names `rerank`. See docs/recall.md."""

    depth: NotRequired[int]
    """Number of first hits that are reordered."""


class RecallRequestExpand2(TypedDict):
    hops: int
    """Number of hops along facts."""


class NewMessageToolCalls1(TypedDict):
    id: str
    """Id of the tool call."""
    name: str
    """Name of the tool."""
    arguments: NotRequired[Any]
    """Arguments of the tool call, as JSON."""


class NewMessageToolCallsFunctionFunction(TypedDict):
    """The function that is called, with its arguments."""

    name: str
    """Name of the function."""
    arguments: NotRequired[str]
    """Arguments of the call, as a JSON string."""


class NewMessageToolCallsFunction(TypedDict):
    id: str
    """Id of the tool call."""
    type: Literal["function"]
    """Always `function`."""
    function: NewMessageToolCallsFunctionFunction


class NewMessageToolCalls2(NewMessageToolCalls1):
    """A tool call, in mneme's format or in that of OpenAI's chat completions, where `arguments` is a JSON string."""

    id: str
    """Id of the tool call."""
    name: str
    """Name of the tool."""
    arguments: NotRequired[Any]
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""


class NewMessageToolCalls3(NewMessageToolCallsFunction):
    """A tool call, in mneme's format or in that of OpenAI's chat completions, where `arguments` is a JSON string."""

    id: str
    """Id of the tool call."""
    name: str
    """Name of the tool."""
    arguments: NotRequired[Any]
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""


class PutState(TypedDict):
    value: Any
    """Any JSON value: at most 262144 bytes, 64 levels."""
    ttl_seconds: NotRequired[int | None]
    """Seconds to live; null: no expiry. Defaults to the namespace's default. Values above the namespace's maximum are refused."""
    sliding: NotRequired[bool]
    """Whether each GET restarts the TTL."""


class StateTransactionChecks(TypedDict):
    key: str
    """Text of up to 256 bytes of UTF-8. `.` and `..` name documents that earlier releases took."""
    version: int | None
    """Expected version; null: the document must not exist."""


class StateTransactionOperationsSet(TypedDict):
    op: Literal["set"]
    """Kind of the operation."""
    key: str
    """Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded in the URL."""
    path: NotRequired[str]
    """JSONPath inside the document; the whole document unless given."""
    value: Any
    """Any JSON value: at most 262144 bytes, 64 levels."""
    ttl_seconds: NotRequired[int | None]
    """Seconds to live; null: no expiry. Without it, a document keeps its expiry; a new document, or one that is set as a whole, gets the namespace's default."""


class StateTransactionOperationsMerge(TypedDict):
    op: Literal["merge"]
    """Kind of the operation."""
    key: str
    """Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded in the URL."""
    path: NotRequired[str]
    """JSONPath inside the document; the whole document unless given."""
    value: Any
    """Any JSON value: at most 262144 bytes, 64 levels."""
    ttl_seconds: NotRequired[int | None]
    """Seconds to live; null: no expiry. Without it, a document keeps its expiry; a new document, or one that is set as a whole, gets the namespace's default."""


class StateTransactionOperationsDelete(TypedDict):
    op: Literal["delete"]
    """Kind of the operation."""
    key: str
    """Text of up to 256 bytes of UTF-8. `.` and `..` name documents that earlier releases took."""
    path: NotRequired[str]
    """JSONPath inside the document; the whole document unless given."""


class StateTransactionOperationsIncrement(TypedDict):
    op: Literal["increment"]
    """Kind of the operation."""
    key: str
    """Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded in the URL."""
    path: NotRequired[str]
    """JSONPath inside the document; the whole document unless given."""
    by: float
    """Amount to add; may be negative."""
    min: NotRequired[float]
    """Lowest allowed sum."""
    max: NotRequired[float]
    """Highest allowed sum."""
    ttl_seconds: NotRequired[int | None]
    """Seconds to live; null: no expiry. Without it, a document keeps its expiry; a new document, or one that is set as a whole, gets the namespace's default."""


class ReleaseMemoryInput(TypedDict):
    pass


class NewNamespaceSettings(TypedDict):
    state_ttl: NotRequired[NewNamespaceSettingsStateTtl]
    quota: NotRequired[NewNamespaceSettingsQuota]
    publish: NotRequired[NewNamespaceSettingsPublish]
    decay: NotRequired[NewNamespaceSettingsDecay]
    ttl: NotRequired[NewNamespaceSettingsTtl]
    recency: NotRequired[NewNamespaceSettingsRecency]
    session: NotRequired[NewNamespaceSettingsSession]
    receipts: NotRequired[NewNamespaceSettingsReceipts]
    retention: NotRequired[NewNamespaceSettingsRetention]
    archive: NotRequired[NewNamespaceSettingsArchive]
    pii: NotRequired[NewNamespaceSettingsPii]
    consolidation: NotRequired[NewConsolidationSettings | None]
    predicates: NotRequired[dict[str, Literal["one", "many"]]]
    """Default cardinality by predicate, for facts written later without `cardinality`. Predicates that aren't listed are `many`."""


class NamespaceSettingsPatch(TypedDict):
    state_ttl: NotRequired[NamespaceSettingsPatchStateTtl | None]
    quota: NotRequired[NamespaceSettingsPatchQuota | None]
    publish: NotRequired[NamespaceSettingsPatchPublish | None]
    decay: NotRequired[NamespaceSettingsPatchDecay | None]
    ttl: NotRequired[NamespaceSettingsPatchTtl | None]
    recency: NotRequired[NamespaceSettingsPatchRecency | None]
    session: NotRequired[NamespaceSettingsPatchSession | None]
    receipts: NotRequired[NamespaceSettingsPatchReceipts | None]
    retention: NotRequired[NamespaceSettingsPatchRetention | None]
    archive: NotRequired[NamespaceSettingsPatchArchive | None]
    pii: NotRequired[NamespaceSettingsPatchPii | None]
    consolidation: NotRequired[NamespaceSettingsPatchConsolidation | None]
    predicates: NotRequired[dict[str, Any] | None]
    """Default cardinality by predicate, for facts written later without `cardinality`. Predicates that aren't listed are `many`."""


class NewMemory(TypedDict):
    content: NotRequired[str]
    """Text of the memory. Optional with `fact`: defaults to the fact in words."""
    memory_type: Literal["episodic", "semantic", "procedural"]
    """Type of the memory."""
    fact: NotRequired[NewFact]
    agent_id: NotRequired[str]
    """Agent name, as given by the writer."""
    session_id: NotRequired[str]
    """Id of the session."""
    timestamp: NotRequired[str | datetime]
    """Time of the event. Defaults to the time of recording."""
    metadata: NotRequired[dict[str, Any]]
    """Any JSON object: at most 65536 bytes, 16 levels, 1024 values. Each value can be filtered on."""
    tags: NotRequired[list[str]]
    """Tags of the memory."""
    trust_score: NotRequired[float]
    """Trust in the source, from 0 to 1. Default: 1."""
    importance: NotRequired[float]
    """Importance, from 0 to 1. Default: 0.5. See docs/lifecycle.md."""
    pinned: NotRequired[bool]
    """Whether the memory is exempt from expiry and forget policies."""
    valid_from: NotRequired[str | datetime]
    """Start of the valid time."""
    valid_to: NotRequired[str | datetime]
    """End of the valid time (exclusive)."""
    ttl_seconds: NotRequired[int | None]
    """Seconds to live; null: no expiry. Defaults to the TTL of the memory type."""
    derived_from: NotRequired[list[NewMemoryDerivedFrom]]
    """Source memories in this namespace, by version; needs `read`. The trust of the memory can't exceed the lowest current trust of its sources."""
    embedding: NotRequired[list[float]]
    """Embedding vector computed by the caller. Must have the dimensions of the configured model and not be all zero."""
    embedding_model: NotRequired[str]
    """Model that computed `embedding`. Must be the configured model."""


class NewMemories(TypedDict):
    memories: list[NewMemory]
    """Memories to store."""


class MemoryPatch(TypedDict):
    content: NotRequired[str]
    """Text of the memory."""
    embedding: NotRequired[list[float]]
    """Embedding vector computed by the caller. Must have the dimensions of the configured model and not be all zero."""
    embedding_model: NotRequired[str]
    """Model that computed `embedding`. Must be the configured model."""
    metadata: NotRequired[dict[str, Any]]
    """JSON merge patch (RFC 7396) of the metadata: null removes a key."""
    tags: NotRequired[list[str]]
    """Tags of the memory."""
    trust_score: NotRequired[float]
    """Trust assigned at write time, from 0 to 1."""
    importance: NotRequired[float]
    """Importance, from 0 to 1."""
    pinned: NotRequired[bool]
    """Whether the memory is exempt from expiry and forget policies. Setting it to false restarts the memory's lifetime."""
    valid_from: NotRequired[str | datetime]
    """New bound of the valid time; null: unbounded."""
    valid_to: NotRequired[str | datetime]
    """New bound of the valid time; null: unbounded."""
    ttl_seconds: NotRequired[int | None]
    """Seconds to live, counted from now; null: no expiry."""
    fact: NotRequired[MemoryPatchFact]


class ForgetPolicy(TypedDict):
    """Conditions of forgetting. Memories that meet all given conditions are forgotten, except pinned ones."""

    max_age: NotRequired[int | str]
    """Matches memories recorded at least this long ago: seconds, or a string such as 90d, 12h, 30m, 45s or 2w."""
    inactive_for: NotRequired[int | str]
    """Matches memories neither recorded nor used for at least this long, in the format of `max_age`."""
    min_importance: NotRequired[float]
    """Matches memories of lower importance."""
    keep_top: NotRequired[int]
    """Number of best memories to keep; all others match. The whole namespace is ranked by 0.4 × importance + 0.3 × use + 0.3 × recency at the first request. See docs/lifecycle.md."""
    filter: NotRequired[ForgetPolicyFilter]
    memory_types: NotRequired[list[Literal["episodic", "semantic", "procedural"]]]
    """Memory types to which the policy applies."""


class ArchiveRestoreRequest(TypedDict):
    ids: NotRequired[list[str]]
    """Ids of the memories to restore."""
    filter: NotRequired[ArchiveRestoreRequestFilter]
    limit: NotRequired[int]
    """Maximum number of memories restored by this request; only with `filter`."""
    cursor: NotRequired[str]
    """Cursor of the next page; null on the last page."""


MemoryFilter = TypedDict(
    "MemoryFilter",
    {
        "items_only": NotRequired[bool],
        "agent_id": NotRequired[str | list[str]],
        "session_id": NotRequired[str | list[str]],
        "tags": NotRequired[list[str]],
        "tags_any": NotRequired[list[str]],
        "from": NotRequired[str | datetime],
        "to": NotRequired[str | datetime],
        "metadata": NotRequired[dict[str, Any]],
        "archived": NotRequired[bool],
        "fact": NotRequired[MemoryFilterFact],
    },
)


class NewInteraction(TypedDict):
    """One turn of an interaction; each part is any JSON. Unknown fields of a tool call are stored with the call; other unknown fields are refused."""

    input: Any
    """The user's input: text, or any JSON."""
    reasoning: NotRequired[Any]
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""
    tool_calls: NotRequired[list[NewInteractionToolCalls]]
    """Tool calls."""
    response: NotRequired[Any]
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""
    feedback: NotRequired[Any]
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""
    agent_id: NotRequired[str]
    """Agent name, as given by the writer."""
    session_id: NotRequired[str]
    """Id of the session."""
    timestamp: NotRequired[str | datetime]
    """Time of the event. Defaults to the time of recording."""
    metadata: NotRequired[dict[str, Any]]
    """Any JSON object: at most 65536 bytes, 16 levels, 1024 values. Each value can be filtered on."""
    tags: NotRequired[list[str]]
    """Tags of the memory."""
    trust_score: NotRequired[float]
    """Trust in the source, from 0 to 1. Default: 1."""
    importance: NotRequired[float]
    """Importance, from 0 to 1. Default: 0.5. See docs/lifecycle.md."""
    pinned: NotRequired[bool]
    """Whether the memory is exempt from expiry and forget policies."""
    valid_from: NotRequired[str | datetime]
    """Start of the valid time."""
    valid_to: NotRequired[str | datetime]
    """End of the valid time (exclusive)."""
    ttl_seconds: NotRequired[int | None]
    """Seconds to live; null: no expiry. Defaults to the TTL of the memory type."""


class RecallRequest(TypedDict):
    query: str
    """Query text."""
    embedding: NotRequired[list[float]]
    """Embedding vector computed by the caller. Must have the dimensions of the configured model and not be all zero."""
    embedding_model: NotRequired[str]
    """Model that computed `embedding`. Must be the configured model."""
    namespaces: list[str]
    """Namespaces or patterns such as `acme.shared.**` to search, limited to what you may read. With `merge` scores, several are searched together like one pattern, and their order has no effect."""
    merge: NotRequired[Literal["scores", "rrf"]]
    """How the results of several `namespaces` are merged. `scores`: searched together and ranked by one score. `rrf`: searched separately and merged by reciprocal rank fusion (k = 60), so that the best hit of each namespace ranks high; equal ranks keep the order of the request."""
    memory_types: NotRequired[list[Literal["episodic", "semantic", "procedural"]]]
    """Memory types to search; all unless given."""
    filter: NotRequired[MemoryFilter]
    limit: NotRequired[int]
    """Maximum number of results."""
    mode: NotRequired[Literal["hybrid", "vector", "keyword"]]
    """Retrievers of the recall: hybrid, vector or keyword."""
    fusion: NotRequired[RecallRequestFusionAuto | RecallRequestFusionRrf]
    """How the keyword and vector lists are fused. `auto` adds their scores, each scaled to 0..1. Default: `{"method":"auto"}`."""
    min_score: NotRequired[float]
    """Minimum score. It is compared with the score before times, sessions, recency, trust and outcomes change it."""
    min_relevance: NotRequired[float]
    """Minimum `relevance`. Less relevant hits are replaced by the next candidates, at most 100 per list. If too few remain, fewer than `limit` hits are returned."""
    min_trust: NotRequired[float]
    """Minimum trust. Less trusted hits are replaced by the next candidates, at most 100 per list (with `merge` rrf, per entry of `namespaces`). If too few remain, fewer than `limit` hits are returned."""
    trust_weight: NotRequired[float]
    """Weight of trust in the ranking: score + |score| × trust_weight × (2 × trust − 1). Default: 0.01; 0 with `fusion` rrf or a `mode` other than hybrid."""
    outcome_weight: NotRequired[float]
    """Weight of a procedure's outcomes in the ranking: score + |score| × outcome_weight × gain. The gain ranges from −1 (always fails) to 1 (always works). Default: 0.1; 0 with `fusion` rrf or a `mode` other than hybrid. See docs/lifecycle.md."""
    time_weight: NotRequired[float]
    """Weight of the time that the query names (a date, a month, `last week`; relative to `as_of` or now): up to this much is added to the score of a memory whose `timestamp` is within or near it. A tenth of it counts if the query asks for the latest or the earliest. Default: 0.5; 0 with `fusion` or `merge` rrf or a `mode` other than hybrid, whose scores have other scales: there, a weight is added as it is."""
    session_weight: NotRequired[float]
    """Weight of a hit's session: up to this share of the score of the session's best other hit is added, a turn that asks loses up to this share of its score, and the turn after it gets up to twice of it. Default: 0.2; 0 with `fusion` or `merge` rrf or a `mode` other than hybrid."""
    speaker_weight: NotRequired[float]
    """Weight of the speaker that the query is about: this is added to the score of a memory that begins with the words of a person whom the query names (`Ann: …`), and one and a half times as much to the user's (`User: …`) if the query says `I` or `my`, or to the assistant's if it asks what that one said. Default: 0.1; 0 with `fusion` or `merge` rrf or a `mode` other than hybrid."""
    recency: NotRequired[RecallRequestRecency]
    as_of: NotRequired[str | datetime]
    """Point in recorded time: recalls memories that were recorded by then and not yet superseded. Default: now."""
    valid_at: NotRequired[str | datetime | Literal["any"]]
    """Point in valid time; `any`: regardless of valid time. Defaults to `as_of`."""
    touch: NotRequired[bool]
    """Whether to count the hits as used, which extends the life of decaying memories (docs/lifecycle.md). No effect with `as_of`."""
    include_archive: NotRequired[bool]
    """Whether to read the whole contents of archived hits from the archive. They are found by their words in any case; without it, their `content` is its beginning. What can't be read within two seconds stays so, and `degraded` says `archive`."""
    budget_tokens: NotRequired[int]
    """The most tokens (o200k_base) that the `content` and `excerpt` of all hits take together. Each hit is whole, or in `omitted`. If the best one doesn't fit, its `content` is shortened to the sentences that fit the query best, and `content_complete` is false."""
    budget_ms: NotRequired[int]
    """Time for the answer, in milliseconds. What isn't there by then is omitted, and `degraded` names it. Without it, a recall waits up to 3 seconds for an embedding provider, and for Redis as long as other requests do."""
    context_turns: NotRequired[int]
    """Turns of the same session before and after a hit that ride along in its `turns`: of the first 10 hits, under the same rules as hits (filter, trust, time). Within `budget_tokens` they get what the hits leave."""
    duplicates: NotRequired[Literal["group", "keep"]]
    """What happens to hits that say the same, in one namespace or several: `group` shows the best, whose `also` names the others, and the next hits take their places; `keep` shows each. Items are always shown each."""
    rerank: NotRequired[RecallRequestRerank]
    expand: NotRequired[Literal["entities", "none"] | RecallRequestExpand2]
    """`entities`: adds the facts about entities named in the query as a third list. `{ hops }`: walks that many hops along facts from there, towards the relations that the query names. `none`: neither. Default: `{ hops: 3 }` for a question that names two relations or more (in English: `the sister of Anna's manager`), else `none`. Hybrid recall only. See docs/time.md."""
    explain: NotRequired[bool]
    """Whether to explain the search and the score of each hit."""
    receipt: NotRequired[bool]
    """Whether to store a receipt of the query and its results, for GET /v1/receipts/{id}. Default: for the share of recalls that the namespace's setting `receipts.share` gives; all, if it isn't set. Namespaces whose `retention.receipts_seconds` is 0 store none."""
    thread_id: NotRequired[str]
    """LangGraph thread of the caller, stored in the receipt."""
    checkpoint_id: NotRequired[str]
    """LangGraph checkpoint of the caller, stored in the receipt."""


class NewMessage(TypedDict):
    """A message in mneme's format or in that of chat models. Optional and unknown fields that are null or an empty list are ignored. Other unknown fields are stored in `metadata`, or in `metadata.provider_fields` if `metadata` already has a member of that name."""

    id: NotRequired[str]
    """Message id; generated unless given. Sending the same id to the same session again has no effect."""
    role: Literal["system", "developer", "user", "assistant", "tool"]
    """Role of the author: system, user, assistant or tool."""
    content: NotRequired[Any]
    """Content of the message: text, a list of parts, or any other JSON value; null if empty. Optional for an assistant message with tool calls. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""
    tool_calls: NotRequired[list[NewMessageToolCalls2 | NewMessageToolCalls3]]
    """Tool calls."""
    tool_call_id: NotRequired[str]
    """Id of the tool call that this tool result answers. Defaults to the first earlier call without a result."""
    name: NotRequired[str]
    """Name of the author."""
    timestamp: NotRequired[str | datetime]
    """Time of the message. Default: now."""
    metadata: NotRequired[dict[str, Any]]
    """Any JSON object: at most 65536 bytes, 16 levels, 1024 values. Each value can be filtered on."""


class StateTransaction(TypedDict):
    checks: NotRequired[list[StateTransactionChecks]]
    """Expected versions of documents; all must match."""
    operations: list[StateTransactionOperationsSet | StateTransactionOperationsMerge | StateTransactionOperationsDelete | StateTransactionOperationsIncrement]
    """Operations, done in order."""


class ForgetRequest(TypedDict):
    policy: ForgetPolicy
    dry_run: NotRequired[bool]
    """Whether to only report what would be forgotten."""
    limit: NotRequired[int]
    """Maximum number of memories examined per request; follow `cursor` for the rest."""
    cursor: NotRequired[str]
    """Cursor from the previous answer."""


class NewErasure(TypedDict):
    subject: NotRequired[ErasureSubject]
    filter: NotRequired[MemoryFilter]
    namespace: NotRequired[str]
    """Namespace or pattern to look in; default: everything that the key may read, write and administer. Without `subject` and `filter`, everything in it is erased."""
    dry_run: NotRequired[bool]
    """Whether to count only, and erase nothing. Derived memories, entity names, consolidations and audit entries aren't counted."""


class NewMessages(TypedDict):
    messages: list[NewMessage]
    """Messages, in order."""
