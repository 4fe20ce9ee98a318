# Made of the served document by `node scripts/run.mjs client-schema`.
from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Dict, Literal

from mneme_client._model import Model
from pydantic import AwareDatetime, ConfigDict, Field


class ReadinessRedisWarnings(Model):
    reason: str
    """Code of the setting, such as `redis_keeps_nothing`."""
    detail: str
    """Explanation for people."""


class ReadinessRedis(Model):
    """Status of Redis."""

    status: Literal["ok", "degraded", "down", "off"]
    """Status; `ok` if nothing is wrong."""
    reason: str | None = None
    """Code of the cause, such as `redis_readonly`; absent if nothing is wrong or no cause is known."""
    detail: str | None = None
    """Explanation for people."""
    warnings: list[ReadinessRedisWarnings] | None = None
    """Settings by which Redis may lose acknowledged data, such as no persistence; absent if there are none."""


class ReadinessIndex(Model):
    """Status of the index."""

    status: Literal["ok", "degraded", "down", "off"]
    """Status; `ok` if nothing is wrong."""
    reason: str | None = None
    """Code of the cause, such as `redis_readonly`; absent if nothing is wrong or no cause is known."""
    detail: str | None = None
    """Explanation for people."""


class ReadinessUpgrade(Model):
    """Status of the upgrade of old records; `degraded` while it runs in the background."""

    status: Literal["ok", "degraded", "down", "off"]
    """Status; `ok` if nothing is wrong."""
    reason: str | None = None
    """Code of the cause, such as `redis_readonly`; absent if nothing is wrong or no cause is known."""
    detail: str | None = None
    """Explanation for people."""


class ReadinessEmbedder(Model):
    """Status of the embedder."""

    status: Literal["ok", "degraded", "down", "off"]
    """Status; `ok` if nothing is wrong."""
    reason: str | None = None
    """Code of the cause, such as `redis_readonly`; absent if nothing is wrong or no cause is known."""
    detail: str | None = None
    """Explanation for people."""
    model: str | None
    """Name of the model; null: none."""


class ReadinessReranker(Model):
    """Status of the reranker by its latest answer; `degraded` while it fails, `off` without one. The service is ready without it."""

    status: Literal["ok", "degraded", "down", "off"]
    """Status; `ok` if nothing is wrong."""
    reason: str | None = None
    """Code of the cause, such as `redis_readonly`; absent if nothing is wrong or no cause is known."""
    detail: str | None = None
    """Explanation for people."""


class ReadinessArchive(Model):
    """Status of the archive by its latest use; `degraded` while it can't be read or written, `off` without one."""

    status: Literal["ok", "degraded", "down", "off"]
    """Status; `ok` if nothing is wrong."""
    reason: str | None = None
    """Code of the cause, such as `redis_readonly`; absent if nothing is wrong or no cause is known."""
    detail: str | None = None
    """Explanation for people."""


class ProblemErrors(Model):
    field: str
    """Path of the field in the request."""
    message: str
    """What is wrong with the field."""


class ProblemFailed(Model):
    """The first check or operation of the transaction that failed, and the reason."""

    part: Literal["check", "operation"]
    """Whether a check or an operation failed."""
    index: int
    """Index in the list of checks or operations, from 0."""
    key: str
    """Key of the state document."""
    reason: str
    """Why it failed: a stable code."""
    version: int | None = None
    """Current version, for a failed check; null: the document doesn't exist."""


class Grant(Model):
    namespace: str
    """Namespace, or a pattern such as `acme.shared.**`; `**`: all namespaces."""
    verbs: list[Literal["read", "write", "publish", "admin", "reveal", "metrics"]]
    """Verbs that the grant allows."""


class ApiKey(Model):
    id: str
    """The key's id: its non-secret part."""
    agent: str
    """Name of the agent."""
    name: str | None
    """Display name."""
    grants: list[Grant]
    """Namespace patterns and the verbs allowed there."""
    human: bool
    """Whether the key belongs to a human."""
    created_at: AwareDatetime
    """Time of creation."""
    created_by: str | None
    """Id of the key that created this one; revoking that key revokes this one too. null: created from the shell, without a key, or by a release that didn't record it."""
    created_by_agent: str
    """Agent of the creating key."""
    expires_at: AwareDatetime | None
    """Time of expiry; null: no expiry."""
    last_used_at: AwareDatetime | None
    """Time of the last use, to the minute."""
    rate_limit_per_minute: int | None
    """Maximum number of requests per minute; null: the configured limit."""


class KeyPage(Model):
    keys: list[ApiKey]
    """API keys on this page."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class NamespaceDeletion(Model):
    dry_run: bool
    """Whether this is a dry run, which changes nothing."""
    memories: int
    """Number of memories that this request deleted, or would delete with `dry_run`."""
    sessions: int
    """Number of sessions that this request deleted, or would delete with `dry_run`; 0 with a filter."""
    state_documents: int
    """Number of state documents that this request deleted, or would delete with `dry_run`; 0 with a filter."""
    cursor: str | None
    """Cursor of the next request; null: the deletion is complete."""


class NamespacePageNamespaces(Model):
    namespace: str
    """Namespace: labels joined by dots."""
    memories: int
    """Number of memories in this namespace. With `max_depth`, memories of all namespaces below it that you may read are included."""


class NamespaceSettingsStateTtl(Model):
    """TTL settings of state documents."""

    default_seconds: int | None
    """Default TTL in seconds; null: not set."""
    max_seconds: int | None
    """Maximum TTL in seconds; null: not set."""


class NamespaceSettingsQuota(Model):
    """Quota of the namespace: maximum number of memories and of bytes."""

    memories: int | None
    """Maximum number of memories; null: not set."""
    bytes: int | None
    """Maximum number of bytes; null: not set."""


class NamespaceSettingsPublish(Model):
    """Settings of publications into this namespace."""

    min_trust: float | None
    """Trust below which a published copy is quarantined; null: not set."""


class NamespaceSettingsDecay(Model):
    """Settings of decay."""

    touch: bool | None
    """Whether recalls count their hits as used; null: not set."""


class NamespaceSettingsTtl(Model):
    """Default TTL by memory type."""

    episodic_seconds: int | None
    """Default TTL of episodic memories in seconds; 0: no expiry; null: not set."""
    semantic_seconds: int | None
    """Default TTL of semantic memories in seconds; 0: no expiry; null: not set."""
    procedural_seconds: int | None
    """Default TTL of procedural memories in seconds; 0: no expiry; null: not set."""


class NamespaceSettingsRecency(Model):
    """Recency settings of recalls."""

    weight: float | None
    """Weight of recency, from 0 to 1."""
    half_life_days: float | None
    """Half-life of recency, in days."""


class NamespaceSettingsSession(Model):
    """Settings of sessions."""

    ttl_seconds: int | None
    """Seconds without use after which a session expires; null: not set."""
    window_messages: int | None
    """Maximum number of messages in a session's window; null: not set."""
    window_tokens: int | None
    """Maximum number of tokens in a session's window; null: not set."""


class NamespaceSettingsReceipts(Model):
    """Settings of receipts."""

    share: float | None
    """Share of recalls that store a receipt without asking for one, from 0 to 1; null: not set."""


class NamespaceSettingsRetention(Model):
    """How long each kind of content is kept at most."""

    receipts_seconds: int | None
    """Seconds that a receipt is kept; 0: none is stored; null: not set."""
    audit_seconds: int | None
    """Seconds that an audit entry is kept; null: not set."""
    episodic_seconds: int | None
    """Seconds that an episodic memory is kept at most; null: not set."""
    semantic_seconds: int | None
    """Seconds that a semantic memory is kept at most; null: not set."""
    procedural_seconds: int | None
    """Seconds that a procedural memory is kept at most; null: not set."""
    versions_seconds: int | None
    """Seconds that an old version of a memory is kept; null: not set."""
    sessions_seconds: int | None
    """Seconds that a session is kept after its last message; null: not set."""
    state_history_seconds: int | None
    """Seconds that superseded versions of state and changes are kept; null: not set."""


class NamespaceSettingsArchive(Model):
    """Which episodic memories are moved to the archive. Pinned and published memories, copies and facts are never moved. See docs/archive.md."""

    after_seconds: int | None
    """Minimum age of the current version of an archived memory; null: nothing is archived."""
    unread_seconds: int | None
    """Minimum time since an archived memory was last used, seen again or restored; null: the same as `after_seconds`."""
    max_importance: float | None
    """Maximum importance of an archived memory; null: any importance."""
    consolidated_only: bool | None
    """Whether only memories that a summary supersedes are archived; null means false."""


class NamespaceSettingsPii(Model):
    """What writes do with personal data, by kind. See docs/privacy.md."""

    email: Literal["allow", "tag", "redact", "tokenize", "reject"] | None
    """Action for e-mail addresses; null: allow."""
    phone: Literal["allow", "tag", "redact", "tokenize", "reject"] | None
    """Action for telephone numbers; null: allow."""
    card: Literal["allow", "tag", "redact", "tokenize", "reject"] | None
    """Action for payment card numbers; null: allow."""
    iban: Literal["allow", "tag", "redact", "tokenize", "reject"] | None
    """Action for bank account numbers (IBAN); null: allow."""
    ip: Literal["allow", "tag", "redact", "tokenize", "reject"] | None
    """Action for IP addresses; null: allow."""
    national_id: Literal["allow", "tag", "redact", "tokenize", "reject"] | None
    """Action for national identity numbers; null: allow."""
    secret: Literal["allow", "tag", "redact", "tokenize", "reject"] | None
    """Action for secrets, such as passwords, keys and tokens; null: allow."""
    state: bool | None
    """Whether the values of state documents are treated as well."""
    region: str | None
    """Country (ISO 3166-1) whose telephone numbers are found without their country code."""


class NamespaceSettingsConsolidation(Model):
    """Schedule and options of automatic consolidation; null: none."""

    schedule: str
    """Cron pattern of the runs."""
    time_zone: str
    """IANA time zone of the schedule."""
    steps: list[str] | None
    """Steps of the run; null: all."""
    older_than_seconds: int | None
    """Minimum age of the episodes to summarise, in seconds."""
    unread_seconds: int | None
    """Seconds without a write or use after which the step `expire` removes a memory from recall. The memory expires 30 days later."""
    next_run_at: AwareDatetime | None
    """Time of the next scheduled run."""


class NamespaceUsageQuota(Model):
    """The effective quota, own or inherited. A maximum of null means unlimited."""

    memories: int | None
    """Maximum number of memories; null: not set."""
    bytes: int | None
    """Maximum number of bytes; null: not set."""


class RevealedTokensValues(Model):
    token: str
    """The token."""
    value: str | None
    """The original, as it was first written; null if it can't be revealed."""
    status: Literal["revealed", "unknown", "sealed"]
    """`revealed`: `value` is the original. `unknown`: the namespace has no such token. `sealed`: the original was encrypted with another MNEME_PII_SECRET than the service has now."""


class PiiScanMemories(Model):
    """Ids of the memories that hold personal data, by kind."""

    email: list[str] | None = None
    """Ids of memories with e-mail addresses."""
    phone: list[str] | None = None
    """Ids of memories with telephone numbers."""
    card: list[str] | None = None
    """Ids of memories with payment card numbers."""
    iban: list[str] | None = None
    """Ids of memories with bank account numbers (IBAN)."""
    ip: list[str] | None = None
    """Ids of memories with IP addresses."""
    national_id: list[str] | None = None
    """Ids of memories with national identity numbers."""
    secret: list[str] | None = None
    """Ids of memories with secrets, such as passwords, keys and tokens."""


class PiiCounts(Model):
    """Number of pieces of personal data by kind."""

    email: int | None = None
    """Number of e-mail addresses."""
    phone: int | None = None
    """Number of telephone numbers."""
    card: int | None = None
    """Number of payment card numbers."""
    iban: int | None = None
    """Number of bank account numbers (IBAN)."""
    ip: int | None = None
    """Number of IP addresses."""
    national_id: int | None = None
    """Number of national identity numbers."""
    secret: int | None = None
    """Number of secrets, such as passwords, keys and tokens."""


class PiiAppliedFailed(Model):
    id: str
    """Id of the memory."""
    reason: Literal["changed", "quota_exceeded", "archive_unavailable", "archive_damaged"]
    """`changed`: others kept changing the memory. The others say why an archived memory couldn't be restored."""


class MemoryDerivedFrom(Model):
    namespace: str
    """Namespace: labels joined by dots."""
    id: str
    """Id of the memory."""
    version: int
    """Version number."""


class MemoryFeedback(Model):
    """Number of callers that gave each kind of feedback on the current content."""

    confirmed: int
    """Number of `confirmed` verdicts."""
    contradicted: int
    """Number of `contradicted` verdicts."""
    used: int
    """Number of callers that found it useful."""
    useless: int
    """Number of callers that found it useless."""


class MemoryEmbedding(Model):
    """Embedding status and embedding model of the memory."""

    status: Literal["complete", "partial", "pending", "refused"]
    """Embedding status. `partial`: only some parts of a long text are embedded. `pending`: not embedded yet. `refused`: the embedding provider refused the text."""
    model: str | None
    """Name of the model; null: none."""


class Origin(Model):
    namespace: str
    """Namespace: labels joined by dots."""
    id: str
    """Id of the origin."""
    version: int
    """Version of the origin that the copy shows."""
    latest_version: int
    """Latest known version of the origin."""
    published_by: str
    """Agent that published the memory."""
    published_at: AwareDatetime
    """Time of the publication."""
    follow: bool
    """Whether the copy follows its origin: it gets each revision, and is deleted or expires with it."""
    deleted_at: AwareDatetime | None
    """Time when the origin was deleted; null: it exists."""


class Fact(Model):
    """The fact that a semantic memory states."""

    subject: str
    """Subject of the fact."""
    predicate: str
    """Predicate of the fact."""
    object: str
    """Object of the fact."""
    confidence: float
    """Confidence in the fact, from 0 to 1."""
    cardinality: Literal["one", "many"]
    """`one`: the subject has one object at a time for this predicate; `many`: any number."""
    contradicts: list[str]
    """Ids of facts with another object for the same time, while the contradiction is undecided."""


class MemoryDetailInteractionToolCalls(Model):
    model_config = ConfigDict(
        extra="allow",
    )
    __annotations__ = {
        "__pydantic_extra__": Dict[str, Any],
    }
    name: str
    """Name of the tool."""
    arguments: Any | None = None
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""
    result: Any | None = None
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""
    error: Any | None = None
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""


class MemoryDetailInteraction(Model):
    """The interaction as it was captured, for memories made from one."""

    input: Any
    """The user's input: text, or any JSON."""
    reasoning: Any | None = None
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""
    tool_calls: list[MemoryDetailInteractionToolCalls] | None = None
    """Tool calls."""
    response: Any | None = None
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""
    feedback: Any | None = None
    """Any JSON value. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields."""


class MemoryDetailPublications(Model):
    namespace: str
    """Namespace: labels joined by dots."""
    follow: bool
    """Whether the copy follows its origin: it gets each revision, and is deleted or expires with it."""
    published_by: str
    """Agent that published the memory."""
    published_at: AwareDatetime
    """Time of the publication."""
    version: int
    """Latest origin version synced to the copy; 0 while the first sync is pending."""


class TrustParts(Model):
    """Factors of the trust; only with `explain`."""

    accuracy: float
    """Accuracy of `source_agent`."""
    age_days: float
    """Age in days."""
    recency: float
    """Recency factor: max(0.5, 1 − age_days / 365)."""
    confirmation: float
    """Confirmation factor: 1.3 if confirmed by a human, else 1."""
    corroboration: float
    """Corroboration factor: min(1.5, 1 + 0.1 × corroborations)."""
    limit: float
    """Upper bound: the lower of `trust_score` and the trust of its sources."""


class Expiry(Model):
    """Explanation of the expiry; omitted with `as_of`."""

    reason: Literal["never", "pinned", "ttl", "type", "decay", "seen", "origin"]
    """Rule that sets the expiry. `never`: the memory has no TTL. `pinned`: the memory is pinned. `ttl`: the writer set a TTL. `type`: default TTL of the memory type. `decay`: default TTL, extended by use. `seen`: extended by a repeated write of the memory. `origin`: the copy expires with its origin."""
    base_seconds: float | None
    """Base TTL used to compute the expiry."""
    importance: float
    """Importance used to compute the expiry."""
    life_seconds: float | None
    """Lifetime without use. For a default TTL of the type: base_seconds × 4^(2 × importance − 1); else base_seconds."""
    uses: int
    """Number of recalls that returned the memory, counted at most once per minute."""
    last_used_at: AwareDatetime | None
    """Time of the last use; null: never."""
    half_life_seconds: float | None
    """Time without use after which the memory expires: life_seconds × (1 + log2(1 + uses)), at most five times life_seconds. null: use doesn't extend the lifetime."""
    latest: AwareDatetime | None
    """Latest possible expiry, regardless of use."""


class ErasedDerivedCounts(Model):
    """Number of derived memories deleted, rebuilt or kept so far."""

    removed: int
    """Number of derived memories deleted."""
    remade: int
    """Number of derived memories rebuilt from their other sources."""
    kept: int
    """Number of derived memories that were kept."""


class NamespaceStatsSuperseded(Model):
    """Memories superseded by others, or removed from recall by the step `expire` of a consolidation. They still exist and count in the namespace's usage and towards its quota, but not in the other figures here."""

    memories: int
    """Number of memories."""
    bytes: int
    """Bytes of the memories."""


class NamespaceStatsByTypeEpisodic(Model):
    """Figures of episodic memories."""

    memories: int
    """Number of memories."""
    bytes: int
    """Bytes of the memories."""


class NamespaceStatsByTypeSemantic(Model):
    """Figures of semantic memories."""

    memories: int
    """Number of memories."""
    bytes: int
    """Bytes of the memories."""


class NamespaceStatsByTypeProcedural(Model):
    """Figures of procedural memories."""

    memories: int
    """Number of memories."""
    bytes: int
    """Bytes of the memories."""


class NamespaceStatsByType(Model):
    """Memories and bytes by memory type."""

    episodic: NamespaceStatsByTypeEpisodic
    semantic: NamespaceStatsByTypeSemantic
    procedural: NamespaceStatsByTypeProcedural


class NamespaceStatsEmbedding(Model):
    """Number of memories by embedding status."""

    complete: int
    """Number of memories with all their embeddings."""
    partial: int
    """Number of long memories with only some of their embeddings."""
    pending: int
    """Number of memories whose embedding is pending."""
    refused: int
    """Number of memories whose text the embedding provider refused."""


class NamespaceStatsGrowth(Model):
    memories: int
    """Number of memories."""
    bytes: int
    """Bytes of the memories."""
    day: date
    """Day (UTC)."""


class NamespaceStatsKeptReceipts(Model):
    """Settings of receipts."""

    entries: int
    """Audit entries on this page."""
    bytes: int
    """Bytes of the memories."""


class NamespaceStatsKeptAudit(Model):
    """Audit entries of the namespace."""

    entries: int
    """Audit entries on this page."""
    bytes: int
    """Bytes of the memories."""


class NamespaceStatsKeptStateChanges(Model):
    """Changes of state that watchers can still follow."""

    entries: int
    """Audit entries on this page."""
    bytes: int
    """Bytes of the memories."""


class NamespaceStatsKeptState(Model):
    """Documents, in the bytes that they count for in the quota, with their old versions."""

    entries: int
    """Audit entries on this page."""
    bytes: int
    """Bytes of the memories."""


class NamespaceStatsKeptDeletions(Model):
    """Notes of what was deleted in the last 400 days, so that no import brings it back."""

    entries: int
    """Audit entries on this page."""
    bytes: int
    """Bytes of the memories."""


class NamespaceStatsKept(Model):
    """What calls leave behind, in bytes of Redis: receipts of recalls that name only this namespace, audit entries, changes of state, state, and notes of deletions."""

    receipts: NamespaceStatsKeptReceipts
    audit: NamespaceStatsKeptAudit
    state_changes: NamespaceStatsKeptStateChanges
    state: NamespaceStatsKeptState
    deletions: NamespaceStatsKeptDeletions


class NamespaceStatsArchive(Model):
    """Archived memories, and the segments that hold them, in bytes of the archive. The other figures count archived memories by what is left of them in Redis."""

    memories: int
    """Number of memories."""
    segments: int
    """Number of segments."""
    bytes: int
    """Bytes of the memories."""


class NamespaceStatsRetention(Model):
    """How long each kind of content is kept at most, by the namespace's settings or the service's configuration; null: no limit."""

    receipts_seconds: int
    """Seconds that a receipt is kept; 0: none is stored; null: not set."""
    audit_seconds: int
    """Seconds that an audit entry is kept; null: not set."""
    episodic_seconds: int | None
    """Seconds that an episodic memory is kept at most; null: not set."""
    semantic_seconds: int | None
    """Seconds that a semantic memory is kept at most; null: not set."""
    procedural_seconds: int | None
    """Seconds that a procedural memory is kept at most; null: not set."""
    versions_seconds: int | None
    """Seconds that an old version of a memory is kept; null: not set."""
    sessions_seconds: int | None
    """Seconds that a session is kept after its last message; null: not set."""
    state_history_seconds: int
    """Seconds that superseded versions of state and changes are kept; null: not set."""
    overdue: int
    """Number of memories past their retention that aren't deleted yet."""


class NamespaceStatsExpiringWithin(Model):
    """Number of memories that expire within each period from now."""

    field_1h: Annotated[int, Field(alias="1h")]
    """Number of memories that expire within one hour."""
    field_1d: Annotated[int, Field(alias="1d")]
    """Number of memories that expire within one day."""
    field_7d: Annotated[int, Field(alias="7d")]
    """Number of memories that expire within seven days."""
    field_30d: Annotated[int, Field(alias="30d")]
    """Number of memories that expire within 30 days."""


class NamespaceStatsExpiringNext(Model):
    id: str
    """Id of the memory."""
    expires_at: AwareDatetime
    """Time of expiry; null: no expiry."""


class NamespaceStatsExpiring(Model):
    """Memories that expire soon."""

    within: NamespaceStatsExpiringWithin
    next: list[NamespaceStatsExpiringNext]
    """The next memories to expire, at most ten, soonest first."""


class NamespaceStatsEndingValidity(Model):
    id: str
    """Id of the memory."""
    valid_to: AwareDatetime
    """End of the valid time (exclusive); null: unbounded."""


class ConsolidationBegun(Model):
    id: str
    """Id of the run."""


class ConsolidationHeadOptions(Model):
    """Options of the run."""

    dry_run: bool
    """Whether this is a dry run, which changes nothing."""
    steps: list[Literal["merge", "summarise", "facts", "procedures", "expire"]]
    """Steps of the run; null: all."""
    older_than_seconds: int
    """Minimum age of the episodes to summarise, in seconds."""
    unread_seconds: int
    """Seconds without a write or use after which the step `expire` removes a memory from recall. The memory expires 30 days later."""
    max_llm_calls: int
    """Maximum number of language model calls."""
    max_llm_tokens: int
    """Maximum number of language model tokens."""


class ConsolidationOptions(Model):
    """Options of the run."""

    dry_run: bool
    """Whether this is a dry run, which changes nothing."""
    steps: list[Literal["merge", "summarise", "facts", "procedures", "expire"]]
    """Steps of the run; null: all."""
    older_than_seconds: int
    """Minimum age of the episodes to summarise, in seconds."""
    unread_seconds: int
    """Seconds without a write or use after which the step `expire` removes a memory from recall. The memory expires 30 days later."""
    max_llm_calls: int
    """Maximum number of language model calls."""
    max_llm_tokens: int
    """Maximum number of language model tokens."""


class ConsolidationActionSources(Model):
    id: str
    """Id of the memory."""
    version: int
    """Version number."""


class ConsolidationActionWritesFact(Model):
    """Fact: subject, predicate and object; null for other memories."""

    subject: str
    """Subject of the fact."""
    predicate: str
    """Predicate of the fact."""
    object: str
    """Object of the fact."""


class ConsolidationActionWrites(Model):
    id: str
    """Id of the memory."""
    memory_type: Literal["episodic", "semantic", "procedural"]
    """Type of the memory."""
    content: str | None
    """Text of the memory; null: the fact in words."""
    fact: ConsolidationActionWritesFact | None


class ConsolidationActionResult(Model):
    """Result of the action; null: not done or skipped yet."""

    status: Literal["done", "skipped", "undone"]
    """Whether the action is done, skipped or undone."""
    reason: Literal["changed", "nothing", "quota", "refused"] | None
    """Why the action was skipped; null if it wasn't."""
    made: list[str]
    """Ids of the memories written."""
    found: list[str]
    """Ids of existing memories with the same content."""
    superseded: list[str]
    """Ids of the superseded sources. Recall no longer returns them; `GET` does."""
    kept: list[str]
    """Ids of memories that the undo kept, because they were changed or used since."""
    method: Literal["deterministic", "llm"]
    """How the memories were written: deterministically or by a language model."""
    because: Literal["timeout", "refused", "malformed", "unavailable", "budget", "ungrounded"] | None
    """Why a language model didn't write the memories; null if it did, or wasn't asked."""


class Export(Model):
    id: str
    """Id of the export."""
    status: Literal["running", "complete"]
    """Whether the last part was read."""
    namespaces: list[str]
    """Namespaces and patterns that were asked for."""
    started_at: AwareDatetime
    """Start of the export, by the clock of Redis."""
    since: AwareDatetime | None
    """Start of the changes it holds; null: everything."""
    vectors: bool
    """Whether the export holds embedding vectors."""
    keys: bool
    """Whether the export holds API keys."""
    reputations: bool
    """Whether the export holds the votes on agents' memories."""
    receipts: bool
    """Whether the export holds receipts of recalls."""
    model: str | None
    """Embedding model of the vectors."""
    next_part: int | None
    """Number of the next part; null at the end."""
    bytes: int
    """Bytes of the parts so far."""
    lines: int
    """Lines of the parts so far."""
    counts: dict[str, int]
    """Number of lines by kind."""
    current_namespace: str | None
    """Namespace that is being read; null before and after."""


class ImportCountsValue(Model):
    created: int | None = None
    """Quota of the namespace: maximum number of memories and of bytes."""
    replaced: int | None = None
    """Quota of the namespace: maximum number of memories and of bytes."""
    unchanged: int | None = None
    """Quota of the namespace: maximum number of memories and of bytes."""
    skipped: int | None = None
    """Quota of the namespace: maximum number of memories and of bytes."""
    conflict: int | None = None
    """Quota of the namespace: maximum number of memories and of bytes."""
    erased: int | None = None
    """Quota of the namespace: maximum number of memories and of bytes."""
    expired: int | None = None
    """Quota of the namespace: maximum number of memories and of bytes."""
    quota: int | None = None
    """Quota of the namespace: maximum number of memories and of bytes."""


class ImportFailure(Model):
    """The line that ended the import; null: none."""

    line: int
    """Number of the line, from 1."""
    message: str
    """Why the line was refused."""


class ArchiveRestoreFailed(Model):
    id: str
    """Id of the memory."""
    reason: Literal["not_archived", "unavailable", "damaged", "quota_exceeded"]
    """Why it failed: a stable code."""


class EmbeddingMigrationReport(Model):
    """Comparison of both models; null before it is made."""

    queries: int
    """Queries that both models answered."""
    recalled: int
    """How many of the queries come from receipts of recalls. The others are beginnings of memories."""
    mean_overlap_at_10: float | None
    """Mean share of the ten nearest memories that both models have in common; null: no query could be compared, for example because the old model isn't configured."""
    least_overlap_at_10: float | None
    """Smallest of these shares over all queries; null: no query could be compared."""


class ErasureCounts(Model):
    """Number of items found or erased so far, by kind."""

    memories: int | None = None
    """Number of memories."""
    copies: int | None = None
    """Number of memories."""
    histories: int | None = None
    """Number of memories."""
    derived_removed: int | None = None
    """Number of memories."""
    derived_remade: int | None = None
    """Number of memories."""
    sessions: int | None = None
    """Number of memories."""
    state_documents: int | None = None
    """Number of memories."""
    threads: int | None = None
    """Number of memories."""
    entity_names: int | None = None
    """Number of memories."""
    receipts: int | None = None
    """Number of memories."""
    consolidations: int | None = None
    """Number of memories."""
    originals: int | None = None
    """Number of memories."""
    audit_entries: int | None = None
    """Number of memories."""


class ErasureCertificate(Model):
    format: Literal["mneme-erasure-certificate/1"]
    """Format of the certificate."""
    id: str
    """Id of the erasure."""
    kind: Literal["subject", "filter", "namespace"]
    """Kind of target: a subject, a filter, or whole namespaces."""
    namespaces: list[str]
    """Namespaces and patterns that were searched."""
    requested_at: AwareDatetime
    """Time of the request, by the clock of Redis."""
    completed_at: AwareDatetime
    """End of the erasure, by the clock of Redis."""
    mneme_version: str
    """Version of mneme that ran the erasure."""
    counts: dict[str, int]
    """Number of erased things by kind."""
    copies_left: int
    """Number of published copies that stay: they don't follow their origin, and the key lacks `admin`, `read` or `write` in their namespaces."""
    public_key: str
    """Ed25519 public key (SPKI, DER, base64)."""
    signature: str
    """Ed25519 signature (base64) of the other fields as JSON without white space, each object's fields sorted by name."""


class EntityPageEntities(Model):
    name: str
    """Name of the entity, as it was first written."""
    alias_of: str | None = None
    """Canonical name of the entity; omitted if this name is the canonical one."""
    facts: int
    """Number of facts with this name as subject or object."""


class Entity(Model):
    name: str
    """Name of the entity, as it was first written."""
    aliases: list[str]
    """Aliases of the entity."""


class NeighborsNodes(Model):
    name: str
    """Name of the entity, as it was first written."""
    hops: int
    """Distance in hops from the start entity."""


class NeighborsEdges(Model):
    fact_id: str
    """Id of the memory that states the fact."""
    subject: str
    """Subject of the fact."""
    predicate: str
    """Predicate of the fact."""
    object: str
    """Object of the fact."""
    confidence: float
    """Confidence in the fact, from 0 to 1."""
    contradicts: list[str]
    """Ids of facts with another object for the same time, while the contradiction is undecided."""
    valid_from: AwareDatetime | None
    """Start of the valid time; null: unbounded."""
    valid_to: AwareDatetime | None
    """End of the valid time (exclusive); null: unbounded."""
    hops: int
    """Distance in hops from the start entity."""


class RecallResponseHitsRanks(Model):
    """Rank of the hit in each list, from 1; null: not in the list."""

    keyword: int | None
    """Rank in the keyword list, from 1; null: not in the list."""
    vector: int | None
    """Rank in the vector list, from 1; null: not in the list."""
    entities: int | None = None
    """Rank in the entity list, from 1; null: not in the list. Only with `expand`."""


class RecallResponseHitsAlso(Model):
    namespace: str
    """Namespace: labels joined by dots."""
    id: str
    """Id of the memory."""


class RecallResponseHitsExplainKeyword(Model):
    """Rank in the list, the retriever's own score, and the amount added to the hit's score; null: not in the list."""

    rank: int
    """Rank in the list, from 1; null: not in the list."""
    score: float
    """The retriever's own score: cosine similarity in the vector list, else BM25."""
    adds: float
    """Amount added to the score; may be negative."""


class RecallResponseHitsExplainVector(Model):
    """Rank in the list, the retriever's own score, and the amount added to the hit's score; null: not in the list."""

    rank: int
    """Rank in the list, from 1; null: not in the list."""
    score: float
    """The retriever's own score: cosine similarity in the vector list, else BM25."""
    adds: float
    """Amount added to the score; may be negative."""


class RecallResponseHitsExplainRelevance(Model):
    """Share of the query's rare words in the text, and calibrated similarity; null if unknown."""

    coverage: float | None
    """Share of the query's rare words in the text, from 0 to 1."""
    similarity: float | None
    """Calibrated similarity, from 0 to 1."""


class RecallResponseHitsExplainOutcomes(Model):
    """Outcomes of a procedure: the lower bound of its success rate, and the amount added to the score."""

    successes: int
    """Number of successful uses."""
    failures: int
    """Number of failed uses."""
    strength: float
    """Lower bound of the success rate."""
    adds: float
    """Amount added to the score; may be negative."""


class RecallResponseHitsExplainTime(Model):
    """Nearness of the memory's `timestamp` to the time that the query asks for (0..1), and the amount added to the score."""

    nearness: float
    """How near the memory's timestamp is to the time or to the end that the query names, 0 to 1."""
    adds: float
    """Amount added to the score."""


class RecallResponseHitsExplainSession(Model):
    """Score of the best other hit of the same session, and the amount added to this hit's score."""

    best: float
    """Score of the best other hit of the memory's session."""
    adds: float
    """Amount added to the score."""


class RecallResponseHitsExplainQuestion(Model):
    """Share of the memory's text that asks, the question that it follows, and the amount added to the score. Only for memories that ask or follow a hit that does."""

    asks: float
    """Share of the memory's text that are short questions, 0 to 1."""
    answers: str | None
    """Id of the hit that asks right before it; null: none."""
    adds: float
    """Amount added to the score; negative for a question."""


class RecallResponseHitsExplainSpeaker(Model):
    """The speaker of the memory, and the amount added to the score. Only for memories of the speaker whom the query is about."""

    name: str
    """`user`, `assistant`, or the speaker's name in lower case."""
    adds: float
    """Amount added to the score."""


class RecallResponseHitsExplainRule(Model):
    """The amount added to the score of the user's standing rule that is nearest to a query which asks for help."""

    rank: int
    """1."""
    score: float
    """Cosine similarity to the query."""
    adds: float
    """Amount added to the score."""


class RecallResponseHitsExplainRecency(Model):
    """Raw score, normalised score (0..1) and recency score."""

    score: float
    """Raw score."""
    relevance: float
    """Normalised score, from 0 to 1."""
    age_days: float
    """Age in days."""
    recency: float
    """Recency score, from 0 to 1."""


class RecallResponseHitsExplainRerank(Model):
    """With `rerank`: the reranker's score, and the rank before it."""

    score: float
    """The reranker's score, on its own scale."""
    from_: Annotated[int, Field(alias="from")]
    """Rank before, from 1."""


class RecallResponseHitsExplainEntities(Model):
    """Rank in the list, the retriever's own score, and the amount added to the hit's score; null: not in the list."""

    rank: int
    """Rank in the list, from 1; null: not in the list."""
    score: float
    """The retriever's own score: cosine similarity in the vector list, else BM25."""
    adds: float
    """Amount added to the score; may be negative."""


class RecallResponseHitsExplainLists(Model):
    namespaces: str
    """Entry of `namespaces` in the request."""
    rank: int
    """Rank in the list, from 1; null: not in the list."""
    adds: float
    """Amount added to the score; may be negative."""


class Trust(TrustParts):
    """Factors of the trust: trust = min(limit, product of the other factors). Each value is rounded to four digits."""

    trust: float
    """Trust, from 0 to 1."""
    adds: float
    """Amount added to the score; may be negative."""


class RecallResponseHitsExplain(Model):
    """Explanation of the hit's score; only with `explain`."""

    keyword: RecallResponseHitsExplainKeyword | None
    vector: RecallResponseHitsExplainVector | None
    relevance: RecallResponseHitsExplainRelevance
    trust: Trust
    """Factors of the trust: trust = min(limit, product of the other factors). Each value is rounded to four digits."""
    outcomes: RecallResponseHitsExplainOutcomes | None = None
    time: RecallResponseHitsExplainTime | None = None
    session: RecallResponseHitsExplainSession | None = None
    question: RecallResponseHitsExplainQuestion | None = None
    speaker: RecallResponseHitsExplainSpeaker | None = None
    rule: RecallResponseHitsExplainRule | None = None
    recency: RecallResponseHitsExplainRecency | None = None
    rerank: RecallResponseHitsExplainRerank | None = None
    entities: RecallResponseHitsExplainEntities | None = None
    lists: list[RecallResponseHitsExplainLists] | None = None
    """With `merge` rrf: rank in the list of each entry of `namespaces`."""


class RecallResponseOmitted(Model):
    namespace: str
    """Namespace: labels joined by dots."""
    id: str
    """Id of the memory."""
    score: float
    """Score that orders the hits."""
    relevance: float
    """Absolute fit of the memory to the query, from 0 to 1, independent of other hits. It combines the share of the query's rare words in the text and the calibrated similarity. See docs/recall.md."""
    tokens: int
    """Tokens that the hit would have taken."""


class RecallResponseExplainTimesRanges(Model):
    from_: Annotated[str, Field(alias="from")]
    """Namespace from which to remove the copy."""
    to: str
    """Namespace in which to publish."""


class RecallResponseExplainTimes(Model):
    text: str
    """Text of the summary."""
    ranges: list[RecallResponseExplainTimesRanges]
    """Half-open ranges. Several: the year or the order of day and month is open."""


class RecallResponseExplainHops(Model):
    facts: int
    """Facts about the entities that the hop begins at."""
    read: int
    """Those of them that were read: the latest, and first those that the question names."""


class RecallResponseExplain(Model):
    """How the query was searched; only with `explain`."""

    mode: str
    """Retrievers of the recall: hybrid, vector or keyword."""
    fusion: str
    """Fusion method that was used."""
    terms: list[str]
    """Words of the query that were searched."""
    phrases: list[str]
    """Phrases of the query that were searched."""
    times: list[RecallResponseExplainTimes]
    """Times that the query names, and that count."""
    order: Literal["newest", "oldest"] | None
    """Whether the query asks for the newest or the oldest memories; null: neither."""
    hops: list[RecallResponseExplainHops]
    """What each hop along chains of facts read. If it is less than all facts about the hop's entities, `degraded` names `ranking`. Empty if no chain was walked."""


class AgentAdministrations(Model):
    namespace: str
    """Pattern of the administration, such as `acme.**`."""
    accuracy: float
    """Accuracy: (2 + confirmed) / (4 + confirmed + contradicted); 0.5 without verdicts."""
    confirmed: int
    """Number of `confirmed` verdicts."""
    contradicted: int
    """Number of `contradicted` verdicts."""


class AppendedMessagesMessages(Model):
    id: str
    """Id of the message."""
    number: int | None = None
    """Sequence number; omitted for a key without `read`."""
    created: bool
    """`false`: a message with this id already existed. Always `true` for a key without `read`."""
    replaced: list[str] | None = None
    """Fields in which lone surrogates (invalid in UTF-8) were replaced by U+FFFD; omitted if none."""


class MessageToolCalls(Model):
    id: str
    """Id of the tool call."""
    name: str
    """Name of the tool."""
    arguments: Any | None = None
    """Any JSON value."""


class SessionContextMessagesToolCallsFunction(Model):
    """The function that is called, with its arguments."""

    name: str
    """Name of the function."""
    arguments: str
    """Arguments of the call, as a JSON string."""


class SessionContextMessagesToolCalls(Model):
    id: str
    """Id of the tool call."""
    type: Literal["function"]
    """Always `function`."""
    function: SessionContextMessagesToolCallsFunction


class SessionContextMessages(Model):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    """Role of the author: system, user, assistant or tool."""
    content: Any
    """Any JSON value."""
    tool_calls: list[SessionContextMessagesToolCalls] | None = None
    """Tool calls."""
    tool_call_id: str | None = None
    """Id of the tool call that the message answers."""
    name: str | None = None
    """Name of the author."""


class SessionContextRange(Model):
    """Sequence numbers of the first and last session message in the context; null if none."""

    from_: Annotated[int, Field(alias="from")]
    """Sequence number of the first message."""
    to: int
    """Sequence number of the last message."""


class SessionContextPieces(Model):
    kind: Literal["summary", "profile", "procedure", "memory", "turn", "message"]
    """Kind of the piece. `turn`: a turn of a recalled memory's session, before or after it. `message`: a session message shown as data, because its author may not use its role in this session."""
    number: int | None = None
    """Sequence number of a message in the session."""
    namespace: str
    """Namespace: labels joined by dots."""
    session_id: str | None = None
    """Id of the session."""
    id: str | None = None
    """Id of the memory."""
    source_agent: str | None = None
    """Name of the agent that wrote it, from the agent's API key."""
    trust: float | None = None
    """Trust, from 0 to 1."""
    score: float | None = None
    """Score that orders the hits."""
    relevance: float | None = None
    """Absolute fit of the memory to the query, from 0 to 1, independent of other hits. It combines the share of the query's rare words in the text and the calibrated similarity. See docs/recall.md."""
    around: str | None = None
    """For a turn: id of the recalled memory that it surrounds."""
    offset: int | None = None
    """For a turn: turns after the recalled memory; negative: before it."""
    via: str | None = None
    """Id of the superseded source that matched the query and is quoted with this memory."""


class SessionSummary(Model):
    """Running summary of the promoted messages."""

    text: str
    """Text of the summary."""
    method: Literal["extractive", "llm"]
    """How the summary was written: by extraction or by a language model."""
    model: str | None
    """Name of the model; null: none."""


class ListedReceipt(Model):
    id: str
    """Id of the memory."""
    at: AwareDatetime
    """Time of the act."""
    agent: str
    """Name of the agent."""
    key_id: str | None
    """Id of the API key; null without a key."""
    request_id: str
    """Id of the request, as in the logs."""
    thread_id: str | None
    """Id of the LangGraph thread; null: none."""
    checkpoint_id: str | None
    """LangGraph checkpoint of the caller; null if none was given."""
    query: str
    """Query text."""
    as_of: AwareDatetime | None
    """Point in recorded time; null: the time of the recall."""
    valid_at: AwareDatetime | Literal["any"] | None
    """Point in valid time, or `any`; null: that of `as_of`."""
    hits: int
    """Number of hits."""
    degraded: list[str]
    """Retrievers that were unavailable."""


class ReceiptRerank(Model):
    """Reranking that the recall asked for; null: none."""

    depth: int
    """Number of first hits that were reordered."""


class ReceiptExpand2(Model):
    hops: int
    """Hops along facts that were asked for."""


class ReceiptHitsAlso(Model):
    namespace: str
    """Namespace: labels joined by dots."""
    id: str
    """Id of the memory."""


class ReceiptHitsTurns(Model):
    id: str
    """Id of the memory."""
    version: int
    """Version number."""
    offset: int
    """Turns after the hit; negative: before it."""


class ReplayChanges(Model):
    """Differences between then and now."""

    gone: list[str]
    """Ids of memories recalled then but not now."""
    added: list[str]
    """Ids of memories recalled now but not then."""
    revised: list[str]
    """Ids of memories recalled both times, in different versions."""


class ThreadPageThreads(Model):
    thread_id: str
    """Id of the LangGraph thread; null: none."""
    checkpoints: int
    """Number of checkpoints, including those of subgraphs."""
    checkpoint_namespaces: list[str]
    """Namespaces of the thread's checkpoints; the empty one is the root graph's."""
    expires_at: AwareDatetime | None
    """Time of expiry; null: no expiry."""
    created_at: AwareDatetime
    """Time of creation."""


class CheckpointPendingWrites(Model):
    task_id: str
    """Id of the task that wrote the value."""
    channel: str
    """Channel of the graph that the value was written to."""
    value: Any | None = None
    """Any JSON value. Values that JSON can't express or that are too large are described by an object with `$type`."""


class AuditEntry(Model):
    id: str
    """Id of the entry: time in milliseconds, and a sequence number. Unique within its trail: a namespace has one, and refused acts have one of their own."""
    at: AwareDatetime
    """Time of the act."""
    agent: str
    """Name of the agent."""
    key_id: str | None
    """Id of the API key; null without a key."""
    verb: str
    """Name of the act, such as `remember`, `recall` or `state.put`."""
    namespace: str | None
    """Namespace of the act, or the refused namespace or pattern; null for an act on no single namespace."""
    ids: list[str]
    """Ids of the memories or keys of the state documents concerned; for a recall, those returned."""
    outcome: str
    """Outcome of the act, such as `ok`, `created`, `missing`, `conflict` or `denied`."""
    request_id: str
    """Id of the request, as in the logs."""
    other: str | None = None
    """What else the act concerned: the second namespace of an act on two, such as `publish`; the patterns of an act on many, such as `list`; or the id of a receipt or source."""


class State(Model):
    key: str
    """Key of the state document."""
    value: Any
    """Any JSON value: at most 262144 bytes, 64 levels."""
    version: int
    """Version: the sequence number of the change in its namespace. Unique and ascending, even if the document is deleted and created again."""
    updated_at: AwareDatetime
    """Time of the last change."""
    updated_by: str
    """Agent that made the last change."""
    expires_at: AwareDatetime | None
    """Time of expiry; null: no expiry."""
    sliding: bool
    """Whether each GET restarts the TTL."""


class WrittenState(State):
    pii: PiiCounts | None = None


class ListedState(Model):
    key: str
    """Key of the state document."""
    version: int
    """Version number."""
    updated_at: AwareDatetime
    """Time of the last change."""
    updated_by: str
    """Agent that made the last change."""
    expires_at: AwareDatetime | None
    """Time of expiry; null: no expiry."""
    sliding: bool
    """Whether each GET restarts the TTL."""


class StateVersion(State):
    """A version of the document. The value of a deletion is null."""

    op: Literal["set", "merge", "delete", "increment"]
    """Operation that created the version: `set` (PUT), `merge` (PATCH, or a deletion at a path), `delete` or `increment`."""


class StateTransactionResultsResults(Model):
    key: str
    """Key of the state document."""
    version: int
    """Version number."""
    value: float | None = None
    """The sum after an increment."""


class GetHealthResult(Model):
    status: Literal["ok"]
    """Status; `ok` if nothing is wrong."""


class Readiness(Model):
    ready: bool
    """Whether the process can serve."""
    redis: ReadinessRedis
    stopping: bool
    """Whether the process is about to end. It then serves on for MNEME_DRAIN_SECONDS."""
    index: ReadinessIndex
    upgrade: ReadinessUpgrade
    embedder: ReadinessEmbedder
    reranker: ReadinessReranker
    archive: ReadinessArchive


class Problem(Model):
    """Problem details (RFC 9457)."""

    type: str
    """URN of the problem: `urn:mneme:problem:` and the `code`."""
    title: str
    """Short title of the problem."""
    status: int
    """HTTP status."""
    code: str
    """Stable code of the problem."""
    detail: str
    """Explanation for people."""
    errors: list[ProblemErrors] | None = None
    """Invalid fields of the request."""
    failed: ProblemFailed | None = None
    request_id: str | None = None
    """Id of the request, as in the logs."""


class Caller(Model):
    agent: str
    """Agent of the key, author of what it writes."""
    key_id: str | None
    """Id of the key; null while no key is needed."""
    grants: list[Grant]
    """Namespace patterns and the verbs allowed there."""
    human: bool
    """Whether the key is a person's."""


class CreatedApiKey(ApiKey):
    key: str
    """The whole key. It isn't shown again."""


class NamespacePage(Model):
    namespaces: list[NamespacePageNamespaces]
    """Namespaces on this page."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class NamespaceSettings(Model):
    state_ttl: NamespaceSettingsStateTtl
    quota: NamespaceSettingsQuota
    publish: NamespaceSettingsPublish
    decay: NamespaceSettingsDecay
    ttl: NamespaceSettingsTtl
    recency: NamespaceSettingsRecency
    session: NamespaceSettingsSession
    receipts: NamespaceSettingsReceipts
    retention: NamespaceSettingsRetention
    archive: NamespaceSettingsArchive
    pii: NamespaceSettingsPii
    consolidation: NamespaceSettingsConsolidation | None
    predicates: dict[str, Literal["one", "many"]]
    """Default cardinality by predicate."""


class NamespaceUsage(Model):
    memories: int
    """Number of memories."""
    bytes: int
    """Bytes of memories (JSON including interactions, vectors at 2 bytes per dimension, and old versions), of sessions and of state. Index structures aren't counted."""
    session_bytes: int
    """The part of `bytes` held by sessions: messages not yet promoted, the ids of all messages, and running summaries."""
    state_bytes: int
    """The part of `bytes` held by state: each current and old version of a document counts with its JSON, its key, and 128 bytes."""
    quota: NamespaceUsageQuota


class RevealedTokens(Model):
    values: list[RevealedTokensValues]
    """The tokens with their originals, in order."""


class PiiScan(Model):
    examined: int
    """Number of examined memories."""
    counts: PiiCounts
    memories: PiiScanMemories
    cursor: str | None
    """Cursor for the next part of the scan; null at the end."""


class PiiApplied(Model):
    dry_run: bool
    """Whether nothing was changed."""
    examined: int
    """Number of examined memories."""
    counts: PiiCounts
    rewritten: list[str]
    """Ids of the memories that were rewritten; with `dry_run`, of those that would be."""
    failed: list[PiiAppliedFailed]
    """Memories that were left as they are."""
    sessions: int
    """Number of sessions of which messages or the running summary were rewritten; with `dry_run`, would be. They come after the memories."""
    receipts: int
    """Number of receipts that were deleted, because the recall, in this namespace alone, asked for personal data that the settings don't keep; with `dry_run`, would be. In the last part only."""
    cursor: str | None
    """Cursor for the next part; null at the end."""


class Memory(Model):
    """A memory: its current version, unless the request asks for another one."""

    id: str
    """Id of the memory."""
    namespace: str
    """Namespace: labels joined by dots."""
    key: str | None
    """The item key; null if the memory isn't an item."""
    memory_type: Literal["episodic", "semantic", "procedural"]
    """Type of the memory."""
    content: str
    """Text of the memory."""
    agent_id: str | None
    """Agent name, as given by the writer."""
    session_id: str | None
    """Id of the session."""
    timestamp: AwareDatetime
    """Time of the event."""
    metadata: dict[str, Any]
    """Any JSON object: at most 65536 bytes, 16 levels, 1024 values. Each value can be filtered on."""
    tags: list[str]
    """Tags of the memory."""
    trust_score: float
    """Trust assigned at write time; upper bound of `trust`."""
    trust: float
    """Current trust, from 0 to 1. See docs/trust.md."""
    derived_from: list[MemoryDerivedFrom]
    """Source memories, by version."""
    feedback: MemoryFeedback
    human_confirmed: bool
    """Whether a human confirmed the current content."""
    corroborations: int
    """Number of other agents that wrote the same independently."""
    quarantined: bool
    """Whether the memory is a copy in quarantine, which recalls and lists don't return."""
    importance: float
    """Importance, from 0 to 1."""
    pinned: bool
    """Whether the memory is exempt from expiry and forget policies."""
    source_agent: str
    """Name of the agent that wrote it, from the agent's API key."""
    version: int
    """Version number."""
    recorded_at: AwareDatetime
    """Time when the memory was first recorded."""
    updated_at: AwareDatetime
    """Time when this version was recorded."""
    superseded_at: AwareDatetime | None
    """Time when this version was replaced by a newer version or superseded by another memory; null if current."""
    superseded_by: str | None
    """Id of the memory that supersedes this one. See docs/lifecycle.md, Consolidation."""
    valid_from: AwareDatetime | None
    """Start of the valid time; null: unbounded."""
    valid_to: AwareDatetime | None
    """End of the valid time (exclusive); null: unbounded."""
    seen_count: int
    """Number of times the same memory was written."""
    last_seen_at: AwareDatetime
    """Time of the last write of the same memory."""
    expires_at: AwareDatetime | None
    """Time of expiry; null: no expiry."""
    embedding: MemoryEmbedding
    origin: Origin | None
    """Origin of a published copy; null for other memories."""
    archived: bool
    """Whether the memory is in the archive. See docs/archive.md."""
    archived_at: AwareDatetime | None
    """Time when the memory was archived; null if it isn't."""
    content_complete: bool
    """`false`: `content` is only a part: the beginning of an archived memory, which `include_archive` makes whole, or what a recall's `budget_tokens` has room for."""
    fact: Fact | None = None
    pii: PiiCounts | None = None


class BatchResult(Model):
    status: int
    """HTTP status of this memory's write."""
    memory: Memory | None = None
    problem: Problem | None = None


class MemoryPage(Model):
    memories: list[Memory]
    """Memories on this page."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class MemoryDetail(Memory):
    trust_parts: TrustParts | None = None
    interaction: MemoryDetailInteraction | None = None
    replaced: list[str] | None = None
    """Fields in which lone surrogates (invalid in UTF-8) were replaced by U+FFFD; omitted if none."""
    expiry: Expiry | None = None
    publications: list[MemoryDetailPublications] | None = None
    """Published copies in namespaces that you may read."""


class ErasedDerived(Model):
    """What happened to memories derived from the deleted ones."""

    counts: ErasedDerivedCounts
    removed: list[str]
    """Ids of derived memories that were deleted; at most 200."""
    remade: list[str]
    """Ids of derived memories that were rebuilt from their other sources, without their old versions; at most 200."""
    kept: list[str]
    """Ids of derived memories that stay, because a caller wrote them from several sources or because they were also written independently; at most 200. Their `derived_from` no longer names the deleted source."""
    pending: bool
    """`true`: more derived memories are being processed in the background."""


class MemoryVersions(Model):
    versions: list[Memory]
    """Versions on this page, newest first."""
    before: int | None
    """`before` of the next page; null on the last page."""


class NamespaceStats(Model):
    complete: bool
    """`false`: the count was cut short and covers only the most recently recorded memories."""
    memories: int
    """Number of memories."""
    bytes: int
    """Bytes of JSON, vectors and old versions. Together with the bytes of `superseded`, this is the memories' part of `bytes` in the namespace's usage."""
    superseded: NamespaceStatsSuperseded
    by_type: NamespaceStatsByType
    embedding: NamespaceStatsEmbedding
    growth: list[NamespaceStatsGrowth]
    """Memories recorded on each of the last 30 days (UTC) that still exist; today last."""
    kept: NamespaceStatsKept
    archive: NamespaceStatsArchive
    retention: NamespaceStatsRetention
    expired: int
    """Number of memories that have expired so far."""
    expiring: NamespaceStatsExpiring
    ending_validity: list[NamespaceStatsEndingValidity]
    """The next memories whose valid time ends within 30 days, at most ten, soonest first. They stay, but no longer hold from then on."""


class ForgetResponse(Model):
    dry_run: bool
    """Whether this is a dry run, which changes nothing."""
    examined: int
    """Number of memories examined; 0 while it is still being decided which ones `keep_top` keeps."""
    count: int
    """Number of memories that were forgotten, or would be with `dry_run`."""
    ids: list[str]
    """Ids of the memories that were forgotten, or would be with `dry_run`."""
    derived: ErasedDerived | None = None
    cursor: str | None
    """Cursor of the next request; null: the whole namespace was examined."""


class ConsolidationHead(Model):
    id: str
    """Id of the run."""
    namespace: str
    """Namespace: labels joined by dots."""
    status: Literal["planning", "running", "undoing", "planned", "done", "undone", "failed"]
    """Status of the run. `planning`, `running`, `undoing`: in progress. `planned`: a finished dry run."""
    trigger: Literal["request", "schedule"]
    """What started the run: a request or the schedule."""
    agent: str
    """Name of the agent that started the run."""
    options: ConsolidationHeadOptions
    created_at: AwareDatetime
    """Time of creation."""
    finished_at: AwareDatetime | None
    """Time when the run finished; null: not yet."""
    planned: int
    """Number of actions in the plan."""
    settled: int
    """Number of planned actions that are done or skipped, and not undone."""
    llm_calls: int
    """Number of language model calls."""
    llm_tokens: int
    """Number of language model tokens."""
    error: str | None
    """Why the run failed; null if it didn't."""


class ConsolidationAction(Model):
    step: Literal["merge", "summarise", "facts", "procedures", "expire"]
    """Step of a run. Steps run in this order. `merge`: merges memories of one author with the same wording. `summarise`: summarises clusters of old episodes as semantic memories. `facts`: extracts facts from episodes. `procedures`: turns repeated feedback into procedures. `expire`: removes memories from recall that have long been unused."""
    sources: list[ConsolidationActionSources]
    """Source memories, by version."""
    writes: list[ConsolidationActionWrites] | None
    """Memories to write; null if a language model hasn't written them yet, or if the action has a `result`."""
    result: ConsolidationActionResult | None


class Import(Model):
    id: str
    """Id of the import."""
    status: Literal["running", "complete", "failed"]
    """`complete`: the trailer was read and fits. `failed`: a line was refused."""
    started_at: AwareDatetime
    """Start of the import."""
    on_conflict: Literal["skip", "overwrite", "fail"]
    """Rule for records that exist already."""
    dry_run: bool
    """Whether nothing is written."""
    restore_erased: bool
    """Whether records that were deleted here since the export come back."""
    into: str | None
    """Namespace that replaces the exported one; null: names stay."""
    next_part: int | None
    """Number of the next part; null at the end."""
    lines: int
    """Lines read so far."""
    counts: dict[str, ImportCountsValue]
    """Number of lines by kind and outcome."""
    failure: ImportFailure | None


class ArchiveRestore(Model):
    restored: list[str]
    """Ids of the memories that are hot again."""
    failed: list[ArchiveRestoreFailed]
    """Memories that were not restored. `not_archived`: it isn't in the archive, or there is no such memory. `unavailable`: the archive doesn't answer. `damaged`: its copy is missing or damaged. `quota_exceeded`: the namespace has no room for it."""
    cursor: str | None
    """Cursor of the next request; null: all were tried."""


class EmbeddingMigration(Model):
    id: str
    """Id of the migration."""
    from_: Annotated[str, Field(alias="from")]
    """Id of the old model."""
    to: str
    """Id of the new model."""
    active: str
    """Id of the model whose vectors recall uses."""
    status: Literal["filling", "comparing", "ready", "switched", "finishing", "finished", "cancelling", "cancelled"]
    """`filling`: stored memories get new vectors. `comparing`: the report is being made. `ready`: waits for the step `switch`. `switched`: recall uses the new vectors, and the old ones are kept current, so that `roll_back` works. `finishing`, `cancelling`: vectors of the unused model are being deleted. `finished`, `cancelled`: the migration has ended."""
    started_at: AwareDatetime
    """Start of the migration."""
    since: AwareDatetime
    """Time of the last change of status."""
    rate_per_second: int | None
    """Maximum number of memories embedded per second; null: half of the time is left to other work."""
    switch: Literal["when_ready", "on_request"]
    """Whether the switch comes by itself or by the step `switch`."""
    seen: int
    """Number of memories and old versions processed in the current pass."""
    total: int
    """Approximate number of memories and old versions in the store."""
    changed: int
    """Number of memories and old versions whose vectors were added or deleted in this status."""
    per_second: float | None
    """Memories and old versions processed per second; null: not known yet."""
    eta: AwareDatetime | None
    """Expected end of the current pass; null: not known, or no pass is running."""
    waiting: str | None
    """Code of the embedder fault that is blocking the migration; null: none."""
    report: EmbeddingMigrationReport | None


class EmbeddingModels(Model):
    active: str | None
    """Id of the model whose vectors recall uses; null: none yet."""
    configured: list[str]
    """Ids of the models that this process embeds with."""
    migration: EmbeddingMigration | None
    """The latest migration; null: there was none."""


class Erasure(Model):
    id: str
    """Id of the erasure."""
    status: Literal["running", "complete"]
    """Whether the erasure is finished."""
    kind: Literal["subject", "filter", "namespace"]
    """Kind of target: a subject, a filter, or whole namespaces."""
    namespaces: list[str]
    """Namespaces and patterns that are searched."""
    dry_run: bool
    """Whether this is a dry run, which erases nothing."""
    requested_at: AwareDatetime
    """Time of the request, by the clock of Redis."""
    completed_at: AwareDatetime | None
    """End of the erasure; null while it runs."""
    phase: str
    """Current step."""
    found: int
    """Number of things found so far."""
    handled: int
    """Number of these that are erased."""
    counts: ErasureCounts
    copies_left: int
    """Number of published copies that stay: they don't follow their origin, and the key lacks `admin`, `read` or `write` in their namespaces."""
    certificate: ErasureCertificate | None
    """Signed statement of what was erased; null while it runs, and for a dry run."""


class ErasurePage(Model):
    erasures: list[Erasure]
    """Erasures, newest first."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class EntityPage(Model):
    entities: list[EntityPageEntities]
    """Entities on this page."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class EntityFacts(Entity):
    facts: list[Memory]
    """Facts with one of the entity's names, most recently recorded first."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class Neighbors(Model):
    name: str
    """Name of the entity, as it was first written."""
    nodes: list[NeighborsNodes]
    """Entities found, nearest first, including the start entity."""
    edges: list[NeighborsEdges]
    """Facts found, in their original wording."""
    truncated: bool
    """Whether more edges exist than were returned."""


class Profile(Model):
    subject: str
    """Subject of the profile."""
    facts: list[Memory]
    """Facts with one of the subject's names, most recently recorded first."""
    preferences: list[Memory]
    """Other semantic memories that mention the subject, best match first."""
    procedures: list[Memory]
    """Procedures that mention the subject, best match first."""
    episodes: list[Memory]
    """Episodes that mention the subject, latest first."""
    text: str
    """The profile as Markdown for a prompt, one memory per line, within the token budget."""
    tokens: int
    """Number of tokens of `text`."""
    truncated: bool
    """Whether `text` omits part of the profile."""


class RecallResponseHitsTurns(Model):
    offset: int
    """Turns after the hit; negative: before it."""
    memory: Memory


class RecallResponseHits(Model):
    memory: Memory
    score: float
    """Score that orders the hits."""
    relevance: float
    """Absolute fit of the memory to the query, from 0 to 1, independent of other hits. It combines the share of the query's rare words in the text and the calibrated similarity. See docs/recall.md."""
    ranks: RecallResponseHitsRanks
    also_in: list[str] | None = None
    """Other searched namespaces that hold this memory as its origin or as a published copy."""
    also: list[RecallResponseHitsAlso] | None = None
    """Other hits that say the same, at most 16: in place of which this one is shown. See `duplicates`."""
    turns: list[RecallResponseHitsTurns] | None = None
    """Turns of the hit's session around it, in order. Only with `context_turns`."""
    via: str | None = None
    """Id of the superseded source that matched the query, in place of which this memory is returned. See docs/lifecycle.md, Consolidation."""
    excerpt: str | None = None
    """With `via`: up to two sentences of the source, one per line. They hold query words that this memory lacks; if this memory says nothing of the source, they are the sentences that match the query best. null: nothing is missing."""
    explain: RecallResponseHitsExplain | None = None


class Agent(Model):
    id: str
    """Name of the agent."""
    accuracy: float
    """Accuracy: (2 + confirmed) / (4 + confirmed + contradicted); 0.5 without verdicts."""
    confirmed: int
    """Number of `confirmed` verdicts."""
    contradicted: int
    """Number of `contradicted` verdicts."""
    administrations: list[AgentAdministrations] | None = None
    """Verdicts that count only within one administration (a pattern on which some key has `admin`), one entry per administration. Only administrations that you administer too; omitted if there are none."""


class AppendedMessages(Model):
    messages: list[AppendedMessagesMessages]
    """Messages, in order."""
    message_count: int | None = None
    """Number of messages appended to the session so far; omitted for a key without `read`."""
    pii: PiiCounts | None = None


class Message(Model):
    id: str
    """Id of the message."""
    number: int
    """Sequence number, from 1, gapless."""
    role: Literal["system", "developer", "user", "assistant", "tool"]
    """Role of the author: system, user, assistant or tool."""
    content: Any
    """Any JSON value."""
    tool_calls: list[MessageToolCalls] | None = None
    """Tool calls."""
    tool_call_id: str | None = None
    """Id of the tool call that the message answers."""
    name: str | None = None
    """Name of the author."""
    timestamp: AwareDatetime
    """Time of the message."""
    metadata: dict[str, Any] | None = None
    """Any JSON object: at most 65536 bytes, 16 levels, 1024 values. Each value can be filtered on."""
    appended_at: AwareDatetime
    """Time when the message was appended."""
    source_agent: str
    """Name of the agent that wrote it, from the agent's API key."""
    tokens: int
    """Number of tokens."""
    memory_id: str | None
    """Id of the episodic memory that also holds the message, if it came with an interaction."""


class SessionContext(Model):
    session_id: str
    """Id of the session."""
    messages: list[SessionContextMessages]
    """Messages for a chat model, in the format of OpenAI's chat completions. Recalled memories are in one system message, framed as data, each with its author and trust. Other system messages were written by the session's own agent, by you, or with a key that administers the namespace."""
    tokens: int
    """Number of tokens of `messages` by o200k_base; never above the budget."""
    token_budget: int
    """Maximum number of tokens."""
    range: SessionContextRange | None
    pieces: list[SessionContextPieces]
    """Pieces added from memory, in order."""
    answerable: bool | None
    """Hint: whether a recalled memory probably answers the query; null without a query."""
    degraded: list[Literal["keyword", "vector", "ranking", "hits", "rerank", "archive", "turns", "receipt"]]
    """Retrievers that were unavailable."""
    terms_left_out: list[str]
    """Words of a long query that keyword search ignored, whether or not a memory holds them. It uses at most 24 words: those of questions first, then the rarest in the searched namespaces. Empty for shorter queries."""
    receipt_ids: list[str]
    """Receipt ids of the two recalls, of memories and of procedures. See /v1/receipts/{id}."""


class Session(Model):
    session_id: str
    """Id of the session."""
    namespace: str
    """Namespace: labels joined by dots."""
    created_at: AwareDatetime
    """Time of creation."""
    last_message_at: AwareDatetime
    """Time of the last message."""
    expires_at: AwareDatetime | None
    """Time of expiry; null: no expiry."""
    message_count: int
    """Number of messages appended so far, including promoted ones; the sequence number of the last one."""
    summarised_to: int
    """Sequence number of the last message promoted to episodic memory; 0: none. Messages up to it are no longer in the session."""
    tokens: int
    """Number of tokens of the messages in the session."""
    summary: SessionSummary | None


class ReceiptPage(Model):
    receipts: list[ListedReceipt]
    """Settings of receipts."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class ReceiptHits(Model):
    namespace: str
    """Namespace: labels joined by dots."""
    id: str
    """Id of the memory."""
    version: int
    """Version number."""
    score: float
    """Score that orders the hits."""
    trust: float
    """Trust at the time of the recall, from 0 to 1."""
    relevance: float | None
    """Relevance at the time of the recall, from 0 to 1; null in receipts that predate this field."""
    rerank: float | None
    """The reranker's score, on its own scale; null: it didn't order this hit."""
    also: list[ReceiptHitsAlso] | None = None
    """Memories that said the same, which this hit was shown in place of."""
    turns: list[ReceiptHitsTurns] | None = None
    """Turns of the hit's session that were shown around it."""
    memory: Memory | None
    """The memory; null if it no longer exists."""


class ReplayNowHits(Model):
    score: float
    """Score that orders the hits."""
    relevance: float
    """Absolute fit of the memory to the query, from 0 to 1, independent of other hits. It combines the share of the query's rare words in the text and the calibrated similarity. See docs/recall.md."""
    memory: Memory


class ReplayNow(Model):
    """Results of the same recall at present."""

    hits: list[ReplayNowHits]
    """Hits, best first."""
    answerable: bool
    """Hint: whether any hit has a `relevance` of at least 0.35. `false`: the hits are probably off topic."""
    degraded: list[str]
    """Retrievers that were unavailable."""
    terms_left_out: list[str]
    """Words of a long query that keyword search ignored, whether or not a memory holds them. It uses at most 24 words: those of questions first, then the rarest in the searched namespaces. Empty for shorter queries."""


class ThreadPage(Model):
    threads: list[ThreadPageThreads]
    """Threads on this page."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class Checkpoint(Model):
    id: str
    """Id of the checkpoint."""
    checkpoint_ns: str
    """Namespace of the checkpoint; empty for the root graph."""
    parent_id: str | None
    """Id of the parent checkpoint; null: none."""
    created_at: Any | None = None
    """Time of the checkpoint as LangGraph stored it: any JSON value, usually an RFC 3339 string."""
    metadata: Any | None = None
    """Metadata of the checkpoint as LangGraph stored it: any JSON value. Values that JSON can't express or that are too large are described by an object with `$type`."""
    values: dict[str, Any]
    """Values of the graph's channels, by channel name."""
    pending_writes: list[CheckpointPendingWrites]
    """Writes of tasks that are not part of a checkpoint yet."""


class CheckpointPage(Model):
    checkpoints: list[Checkpoint]
    """Checkpoints, newest first."""
    before: str | None
    """`before` of the next page; null on the last page."""


class AuditPage(Model):
    entries: list[AuditEntry]
    """Audit entries on this page."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class StatePage(Model):
    documents: list[ListedState]
    """Documents, in the byte order of their keys."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class StateHistory(Model):
    versions: list[StateVersion]
    """Versions on this page, newest first."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class StateTransactionResults(Model):
    results: list[StateTransactionResultsResults]
    """One result per operation, in order."""
    pii: PiiCounts | None = None


class CreateMemoriesResult(Model):
    results: list[BatchResult]
    """Results, in the order of the request."""


class Consolidations(Model):
    consolidations: list[ConsolidationHead]
    """Runs, newest first."""


class Consolidation(Model):
    id: str
    """Id of the run."""
    namespace: str
    """Namespace: labels joined by dots."""
    status: Literal["planning", "running", "undoing", "planned", "done", "undone", "failed"]
    """Status of the run. `planning`, `running`, `undoing`: in progress. `planned`: a finished dry run."""
    trigger: Literal["request", "schedule"]
    """What started the run: a request or the schedule."""
    agent: str
    """Name of the agent that started the run."""
    options: ConsolidationOptions
    created_at: AwareDatetime
    """Time of creation."""
    finished_at: AwareDatetime | None
    """Time when the run finished; null: not yet."""
    planned: int
    """Number of actions in the plan."""
    settled: int
    """Number of planned actions that are done or skipped, and not undone."""
    llm_calls: int
    """Number of language model calls."""
    llm_tokens: int
    """Number of language model tokens."""
    error: str | None
    """Why the run failed; null if it didn't."""
    actions: list[ConsolidationAction]
    """One page of the plan's actions."""
    next: int | None
    """`from` of the next page; null on the last page."""


class RecallResponse(Model):
    hits: list[RecallResponseHits]
    """Hits, best first."""
    answerable: bool
    """Hint: whether any hit has a `relevance` of at least 0.35. `false`: the hits are probably off topic."""
    omitted: list[RecallResponseOmitted] | None = None
    """Hits that `budget_tokens` left no room for, best first. Only with `budget_tokens`."""
    tokens: int | None = None
    """Tokens of the contents and excerpts of `hits`. Only with `budget_tokens`."""
    degraded: list[Literal["keyword", "vector", "ranking", "hits", "rerank", "archive", "turns", "receipt"]]
    """What was unavailable, or not there within `budget_ms`: retrievers (`keyword`, `vector`), `ranking` (what times, sessions and links add to scores; also where a chain passes an entity with more facts than a hop reads), `hits` (found, but not read in time), `rerank` (the reranker's order), `turns` (those around hits), `receipt` (not stored in time), and `archive`, where `include_archive` asked for it."""
    terms_left_out: list[str]
    """Words of a long query that keyword search ignored, whether or not a memory holds them. It uses at most 24 words: those of questions first, then the rarest in the searched namespaces. Empty for shorter queries."""
    receipt_id: str | None
    """Id of the stored receipt; null if none was stored."""
    explain: RecallResponseExplain | None = None


class AgentPage(Model):
    agents: list[Agent]
    """Agents on this page."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class Messages(Model):
    messages: list[Message]
    """Messages, in order."""


class SessionPage(Model):
    sessions: list[Session]
    """Sessions on this page."""
    cursor: str | None
    """Cursor of the next page; null on the last page."""


class Receipt(Model):
    """A stored query with its results."""

    id: str
    """Id of the receipt."""
    at: AwareDatetime
    """Time of the recall."""
    agent: str
    """Name of the agent."""
    key_id: str | None
    """Id of the API key; null without a key."""
    request_id: str
    """Id of the request, as in the logs."""
    thread_id: str | None
    """Id of the LangGraph thread; null: none."""
    checkpoint_id: str | None
    """LangGraph checkpoint of the caller; null if none was given."""
    query: str
    """Query text."""
    namespaces: list[str]
    """Namespaces or patterns that were searched."""
    merge: Literal["scores", "rrf"]
    """How a replay merges the results of several namespaces."""
    mode: str
    """Retrievers of the recall: hybrid, vector or keyword."""
    limit: int
    """Maximum number of results."""
    as_of: AwareDatetime | None
    """Point in recorded time; null: the time of the recall."""
    valid_at: AwareDatetime | Literal["any"] | None
    """Point in valid time, or `any`; null: that of `as_of`."""
    filter: dict[str, Any]
    """Filter of the recall, including `memory_types`."""
    min_score: float | None
    """Minimum score of the recall; null: none."""
    min_relevance: float | None
    """Minimum relevance of the recall; null: none."""
    min_trust: float | None
    """Minimum trust of the recall; null: none."""
    budget_tokens: int | None
    """Token budget of the recall; null: none. The hits are those that it had room for."""
    context_turns: int
    """Turns before and after each hit that were asked for."""
    rerank: ReceiptRerank | None
    expand: Literal["entities", "none"] | ReceiptExpand2 | None
    """`entities` if facts about entities were added as a third list; else null."""
    degraded: list[str]
    """Retrievers that were unavailable."""
    hits: list[ReceiptHits]
    """Hits, best first."""


class Replay(Model):
    receipt: Receipt
    now: ReplayNow
    changes: ReplayChanges


class Thread(Model):
    thread_id: str
    """Id of the LangGraph thread; null: none."""
    checkpoints: int
    """Number of checkpoints, including those of subgraphs."""
    checkpoint_namespaces: list[str]
    """Namespaces of the thread's checkpoints; the empty one is the root graph's."""
    expires_at: AwareDatetime | None
    """Time of expiry; null: no expiry."""
    latest: Checkpoint | None
    """The root graph's newest checkpoint."""
