# Made of the served document by `node scripts/run.mjs client-schema`.
from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from . import inputs, models
from ._events import ServerSentEvent
from ._pages import each, each_async
from ._request import Calls, AsyncCalls, Request


class Operations(Calls):
    """Every operation of the HTTP API, each as a call that waits for its answer."""

    def get_health(
        self,
        *,
        timeout: float | None = None,
    ) -> models.GetHealthResult:
        """Check that the process is alive.

        `GET /healthz`
        """
        return self._answer(
            models.GetHealthResult,
            Request(
                "GET",
                "/healthz",
                timeout=timeout,
            ),
        )

    def get_readiness(
        self,
        *,
        timeout: float | None = None,
    ) -> models.Readiness:
        """Check that the process can serve.

        `GET /readyz`

        Checks that Redis accepts writes, that the index can be queried, and that the
        embedder works. Without its embedder the service still recalls by keyword, so the
        embedder is then `degraded` and the service stays ready. A Redis that is out of
        memory is `degraded` too, because deletions still work.
        """
        return self._answer(
            models.Readiness,
            Request(
                "GET",
                "/readyz",
                timeout=timeout,
            ),
        )

    def get_metrics(
        self,
        *,
        timeout: float | None = None,
    ) -> str:
        """Read the Prometheus metrics.

        `GET /metrics`

        Needs `metrics` or `admin` on `**` as soon as an API key exists.
        """
        return self._text(
            Request(
                "GET",
                "/metrics",
                timeout=timeout,
            ),
        )

    def whoami(
        self,
        *,
        timeout: float | None = None,
    ) -> models.Caller:
        """Read who the caller is.

        `GET /v1/whoami`

        Returns the agent and the grants of the key that the request carries.
        """
        return self._answer(
            models.Caller,
            Request(
                "GET",
                "/v1/whoami",
                timeout=timeout,
            ),
        )

    def create_key(
        self,
        body: inputs.NewKey,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.CreatedApiKey:
        """Create an API key.

        `POST /v1/keys`

        Every grant must lie within your own `admin` grants. The key can't outlive your key
        or exceed its rate limit, and is revoked with it. Only this answer contains the
        whole key. Creating the first key turns on authentication permanently.
        """
        return self._answer(
            models.CreatedApiKey,
            Request(
                "POST",
                "/v1/keys",
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_keys(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.KeyPage:
        """List API keys.

        `GET /v1/keys`

        Lists keys, oldest first: those of which you administer every grant.

        Args:
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.KeyPage,
            Request(
                "GET",
                "/v1/keys",
                query={
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_keys(
        self,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.ApiKey]:
        """All keys that `list_keys` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_keys(
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.keys,
        )

    def get_key(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.ApiKey:
        """Read an API key.

        `GET /v1/keys/{id}`

        Args:
            id: The key's id: its non-secret part.
        """
        return self._answer(
            models.ApiKey,
            Request(
                "GET",
                "/v1/keys/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    def revoke_key(
        self,
        id: str,
        *,
        made: Literal['revoke', 'keep'] | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Revoke an API key.

        `DELETE /v1/keys/{id}`

        Revokes the key and, unless `made` is `keep`, every key that it created, directly or
        indirectly. The process that handles the request refuses these keys immediately,
        other processes within milliseconds. A process that has lost its Redis subscription
        refuses them within 5 seconds.

        Args:
            id: The key's id: its non-secret part.
            made: What happens to the keys that this key created, directly or
                indirectly. `revoke`: they are revoked too. `keep`: they are transferred
                to you, which needs `admin` on `**`.
        """
        return self._nothing(
            Request(
                "DELETE",
                "/v1/keys/{id}",
                path={"id": id},
                query={
                    "made": made,
                },
                durable=durable,
                timeout=timeout,
            ),
        )

    def delete_namespace(
        self,
        ns: str,
        *,
        memory_type: Sequence[Literal['episodic', 'semantic', 'procedural']] | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        dry_run: bool | None = None,
        cursor: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.NamespaceDeletion:
        """Delete the contents of a namespace, or its memories that match a filter.

        `DELETE /v1/namespaces/{ns}`

        With a filter (the parameters of a list), deletes the matching memories with their
        vectors and versions, including pinned, quarantined and superseded ones. Without a
        filter, also deletes sessions, state documents with their history, entity names and
        aliases, consolidation runs, and receipts of recalls of this namespace. The audit
        trail, the settings with their quotas, and grants stay. Data written during the
        deletion stays. A request ends after a minute: follow `cursor` until it is null,
        with the same parameters. Needs `write` and `read`; without a filter also `admin`.

        Args:
            ns: The namespace: labels joined by dots.
            memory_type: Only memories of this type; repeat it for several.
            items_only: `true`: only items (memories under a key).
            agent_id: Only memories of this agent (`agent_id`); repeat it for several.
            session_id: Only memories of this session; repeat it for several.
            tag: Only memories with this tag; repeat it to require several.
            from_: Only memories with a `timestamp` from this time on (inclusive).
            to: Only memories with a `timestamp` before this time (exclusive).
            metadata: Filter on metadata: a JSON object in the shape of the metadata,
                such as {"customer":{"plan":"gold"}}. It may hold operators; see
                docs/filters.md.
            archived: `true`: only archived memories; `false`: only others. Default:
                both.
            fact_subject: Only facts with this subject; repeat it for several. Aliases
                aren't resolved.
            fact_predicate: Only facts with this predicate; repeat it for several.
            fact_object: Only facts with this object; repeat it for several. Aliases
                aren't resolved.
            dry_run: `true`: only count, delete nothing.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.NamespaceDeletion,
            Request(
                "DELETE",
                "/v1/namespaces/{ns}",
                path={"ns": ns},
                query={
                    "memory_type": memory_type,
                    "items_only": items_only,
                    "agent_id": agent_id,
                    "session_id": session_id,
                    "tag": tag,
                    "from": from_,
                    "to": to,
                    "metadata": metadata,
                    "archived": archived,
                    "fact_subject": fact_subject,
                    "fact_predicate": fact_predicate,
                    "fact_object": fact_object,
                    "dry_run": dry_run,
                    "cursor": cursor,
                },
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_namespaces(
        self,
        *,
        prefix: str | None = None,
        suffix: str | None = None,
        max_depth: int | None = None,
        items_only: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.NamespacePage:
        """List namespaces.

        `GET /v1/namespaces`

        Lists the namespaces that hold memories and that you may read. Follow `cursor` until
        it is null: a page may hold fewer than `limit`, even none, before the end.

        Args:
            prefix: Leading labels of the namespace; `*` matches any one label.
            suffix: Trailing labels of the namespace; `*` matches any one label.
            max_depth: Maximum number of labels. Longer namespaces are cut to this
                number of labels, and listed once.
            items_only: `true`: count only items (memories under a key), and list only
                namespaces that hold items.
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.NamespacePage,
            Request(
                "GET",
                "/v1/namespaces",
                query={
                    "prefix": prefix,
                    "suffix": suffix,
                    "max_depth": max_depth,
                    "items_only": items_only,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_namespaces(
        self,
        *,
        prefix: str | None = None,
        suffix: str | None = None,
        max_depth: int | None = None,
        items_only: bool | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.NamespacePageNamespaces]:
        """All namespaces that `list_namespaces` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_namespaces(
                prefix=prefix,
                suffix=suffix,
                max_depth=max_depth,
                items_only=items_only,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.namespaces,
        )

    def get_settings(
        self,
        ns: str,
        *,
        timeout: float | None = None,
    ) -> models.NamespaceSettings:
        """Read a namespace's settings.

        `GET /v1/namespaces/{ns}/settings`

        null means not set: the service's configuration applies. Needs `admin`.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.NamespaceSettings,
            Request(
                "GET",
                "/v1/namespaces/{ns}/settings",
                path={"ns": ns},
                timeout=timeout,
            ),
        )

    def put_settings(
        self,
        ns: str,
        body: inputs.NewNamespaceSettings,
        *,
        if_match: str | int | None = None,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.NamespaceSettings:
        """Replace a namespace's settings.

        `PUT /v1/namespaces/{ns}/settings`

        Settings that are omitted or null become unset. Writes that would exceed a quota are
        refused (507); a quota never deletes data. Needs `admin`.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.NamespaceSettings,
            Request(
                "PUT",
                "/v1/namespaces/{ns}/settings",
                path={"ns": ns},
                body=body,
                if_match=if_match,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def patch_settings(
        self,
        ns: str,
        body: inputs.NamespaceSettingsPatch,
        *,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.NamespaceSettings:
        """Change some of a namespace's settings.

        `PATCH /v1/namespaces/{ns}/settings`

        RFC 7396 merge patch: null unsets a setting or a group, and what is omitted stays as
        it is. Without If-Match, concurrent patches of different settings all take effect.
        Needs `admin`.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.NamespaceSettings,
            Request(
                "PATCH",
                "/v1/namespaces/{ns}/settings",
                path={"ns": ns},
                body=body,
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    def get_usage(
        self,
        ns: str,
        *,
        timeout: float | None = None,
    ) -> models.NamespaceUsage:
        """Read a namespace's usage.

        `GET /v1/namespaces/{ns}/usage`

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.NamespaceUsage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/usage",
                path={"ns": ns},
                timeout=timeout,
            ),
        )

    def reveal_pii(
        self,
        ns: str,
        body: inputs.RevealRequest,
        *,
        timeout: float | None = None,
    ) -> models.RevealedTokens:
        """Reveal the originals of tokens.

        `POST /v1/namespaces/{ns}/pii/reveal`

        Returns the values that `tokenize` replaced by these tokens in this namespace. The
        audit trail records the tokens. Needs `reveal` or `admin`.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.RevealedTokens,
            Request(
                "POST",
                "/v1/namespaces/{ns}/pii/reveal",
                path={"ns": ns},
                body=body,
                timeout=timeout,
            ),
        )

    def scan_pii(
        self,
        ns: str,
        body: inputs.PiiScanRequest,
        *,
        timeout: float | None = None,
    ) -> models.PiiScan:
        """Scan a namespace's memories for personal data.

        `POST /v1/namespaces/{ns}/pii/scan`

        Counts personal data in the current versions of memories, and names the memories by
        kind; the answer contains none of the data. Nothing is changed. Follow `cursor`
        until it is null, with the same kinds.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.PiiScan,
            Request(
                "POST",
                "/v1/namespaces/{ns}/pii/scan",
                path={"ns": ns},
                body=body,
                timeout=timeout,
            ),
        )

    def apply_pii(
        self,
        ns: str,
        body: inputs.PiiApplyRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.PiiApplied:
        """Treat what a namespace stores by its settings for personal data.

        `POST /v1/namespaces/{ns}/pii/apply`

        Rewrites memories with their old versions, then messages and running summaries of
        sessions, as they would be stored now, and deletes receipts that asked for what
        isn't kept: `redact` and `reject` leave marks, `tokenize` tokens, `tag` adds tags,
        `allow` leaves what is there. A dry run, the default, only counts. Each memory and
        session is rewritten in one step, without a new version. What is rewritten has
        nothing more to find, so a request that was cut off can be sent again. Follow
        `cursor` until it is null. Needs `admin`, `read` and `write`.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.PiiApplied,
            Request(
                "POST",
                "/v1/namespaces/{ns}/pii/apply",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def create_memory(
        self,
        ns: str,
        body: inputs.NewMemory,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Store a memory.

        `POST /v1/namespaces/{ns}/memories`

        A memory is identified by its content, type, `agent_id`, `session_id`, `metadata`,
        `valid_from` and `valid_to`; an episodic memory also by its `timestamp`, if one is
        given. A second write with the same values counts the memory as seen again (200),
        and keeps its other fields (tags, importance, trust) as stored. A write that differs
        in any of them creates another memory. A key without `read` gets back only what it
        sent.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.Memory,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_memories(
        self,
        ns: str,
        *,
        memory_type: Sequence[Literal['episodic', 'semantic', 'procedural']] | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        quarantined: bool | None = None,
        superseded: bool | None = None,
        include_archive: bool | None = None,
        order: Literal['asc', 'desc'] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.MemoryPage:
        """List memories.

        `GET /v1/namespaces/{ns}/memories`

        Lists memories by `recorded_at`. Follow `cursor` until it is null: each memory is
        returned once, even if others are written between the pages.

        Args:
            ns: The namespace: labels joined by dots.
            memory_type: Only memories of this type; repeat it for several.
            items_only: `true`: only items (memories under a key).
            agent_id: Only memories of this agent (`agent_id`); repeat it for several.
            session_id: Only memories of this session; repeat it for several.
            tag: Only memories with this tag; repeat it to require several.
            from_: Only memories with a `timestamp` from this time on (inclusive).
            to: Only memories with a `timestamp` before this time (exclusive).
            metadata: Filter on metadata: a JSON object in the shape of the metadata,
                such as {"customer":{"plan":"gold"}}. It may hold operators; see
                docs/filters.md.
            archived: `true`: only archived memories; `false`: only others. Default:
                both.
            fact_subject: Only facts with this subject; repeat it for several. Aliases
                aren't resolved.
            fact_predicate: Only facts with this predicate; repeat it for several.
            fact_object: Only facts with this object; repeat it for several. Aliases
                aren't resolved.
            quarantined: `true`: only published copies in quarantine. Needs `write`.
            superseded: `true`: only superseded memories, including those that the step
                `expire` of a consolidation removed from recall. See docs/lifecycle.md,
                Consolidation.
            include_archive: `true`: read the whole contents of archived memories from
                the archive. What can't be read in time keeps `content_complete` false.
            order: Sort order by `recorded_at`.
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.MemoryPage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/memories",
                path={"ns": ns},
                query={
                    "memory_type": memory_type,
                    "items_only": items_only,
                    "agent_id": agent_id,
                    "session_id": session_id,
                    "tag": tag,
                    "from": from_,
                    "to": to,
                    "metadata": metadata,
                    "archived": archived,
                    "fact_subject": fact_subject,
                    "fact_predicate": fact_predicate,
                    "fact_object": fact_object,
                    "quarantined": quarantined,
                    "superseded": superseded,
                    "include_archive": include_archive,
                    "order": order,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_memories(
        self,
        ns: str,
        *,
        memory_type: Sequence[Literal['episodic', 'semantic', 'procedural']] | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        quarantined: bool | None = None,
        superseded: bool | None = None,
        include_archive: bool | None = None,
        order: Literal['asc', 'desc'] | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.Memory]:
        """All memories that `list_memories` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_memories(
                ns,
                memory_type=memory_type,
                items_only=items_only,
                agent_id=agent_id,
                session_id=session_id,
                tag=tag,
                from_=from_,
                to=to,
                metadata=metadata,
                archived=archived,
                fact_subject=fact_subject,
                fact_predicate=fact_predicate,
                fact_object=fact_object,
                quarantined=quarantined,
                superseded=superseded,
                include_archive=include_archive,
                order=order,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.memories,
        )

    def create_memories(
        self,
        ns: str,
        body: inputs.NewMemories,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.CreateMemoriesResult:
        """Store up to 500 memories.

        `POST /v1/namespaces/{ns}/memories/batch`

        Each memory is stored or refused on its own. `results` holds the memory or the
        problem for each, in the order of the request.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.CreateMemoriesResult,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/batch",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_memories_of_namespaces(
        self,
        *,
        memory_type: Sequence[Literal['episodic', 'semantic', 'procedural']] | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        namespace: str | None = None,
        include_archive: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.MemoryPage:
        """List memories of many namespaces.

        `GET /v1/list`

        Lists the memories of all namespaces that match a pattern such as `acme.shared.**`
        and that you may read. They are sorted by namespace, then by `recorded_at`. Follow
        `cursor` until it is null: a page may hold fewer than `limit`, even none, before the
        end.

        Args:
            memory_type: Only memories of this type; repeat it for several.
            items_only: `true`: only items (memories under a key).
            agent_id: Only memories of this agent (`agent_id`); repeat it for several.
            session_id: Only memories of this session; repeat it for several.
            tag: Only memories with this tag; repeat it to require several.
            from_: Only memories with a `timestamp` from this time on (inclusive).
            to: Only memories with a `timestamp` before this time (exclusive).
            metadata: Filter on metadata: a JSON object in the shape of the metadata,
                such as {"customer":{"plan":"gold"}}. It may hold operators; see
                docs/filters.md.
            archived: `true`: only archived memories; `false`: only others. Default:
                both.
            fact_subject: Only facts with this subject; repeat it for several. Aliases
                aren't resolved.
            fact_predicate: Only facts with this predicate; repeat it for several.
            fact_object: Only facts with this object; repeat it for several. Aliases
                aren't resolved.
            namespace: A namespace, or a pattern such as `acme.shared.**`.
            include_archive: `true`: read the whole contents of archived memories from
                the archive. What can't be read in time keeps `content_complete` false.
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.MemoryPage,
            Request(
                "GET",
                "/v1/list",
                query={
                    "memory_type": memory_type,
                    "items_only": items_only,
                    "agent_id": agent_id,
                    "session_id": session_id,
                    "tag": tag,
                    "from": from_,
                    "to": to,
                    "metadata": metadata,
                    "archived": archived,
                    "fact_subject": fact_subject,
                    "fact_predicate": fact_predicate,
                    "fact_object": fact_object,
                    "namespace": namespace,
                    "include_archive": include_archive,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_memories_of_namespaces(
        self,
        *,
        memory_type: Sequence[Literal['episodic', 'semantic', 'procedural']] | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        namespace: str | None = None,
        include_archive: bool | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.Memory]:
        """All memories that `list_memories_of_namespaces` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_memories_of_namespaces(
                memory_type=memory_type,
                items_only=items_only,
                agent_id=agent_id,
                session_id=session_id,
                tag=tag,
                from_=from_,
                to=to,
                metadata=metadata,
                archived=archived,
                fact_subject=fact_subject,
                fact_predicate=fact_predicate,
                fact_object=fact_object,
                namespace=namespace,
                include_archive=include_archive,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.memories,
        )

    def get_memory(
        self,
        ns: str,
        id: str,
        *,
        as_of: str | datetime | None = None,
        explain: bool | None = None,
        include_archive: bool | None = None,
        timeout: float | None = None,
    ) -> models.MemoryDetail:
        """Read one memory.

        `GET /v1/namespaces/{ns}/memories/{id}`

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the memory.
            as_of: Point in recorded time: returns the version that was current then.
                404 if the memory didn't exist yet, 410 if that version is no longer
                kept.
            explain: `true`: include the factors of the memory's trust (`trust_parts`).
            include_archive: `true`: read the whole contents of archived memories from
                the archive. What can't be read in time keeps `content_complete` false.
        """
        return self._answer(
            models.MemoryDetail,
            Request(
                "GET",
                "/v1/namespaces/{ns}/memories/{id}",
                path={"ns": ns, "id": id},
                query={
                    "as_of": as_of,
                    "explain": explain,
                    "include_archive": include_archive,
                },
                timeout=timeout,
            ),
        )

    def update_memory(
        self,
        ns: str,
        id: str,
        body: inputs.MemoryPatch,
        *,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Revise a memory.

        `PATCH /v1/namespaces/{ns}/memories/{id}`

        Creates the next version. The content of an episodic memory can't be changed (409).
        Needs `write`, and `read` because the answer is the whole memory.

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the memory.
        """
        return self._answer(
            models.Memory,
            Request(
                "PATCH",
                "/v1/namespaces/{ns}/memories/{id}",
                path={"ns": ns, "id": id},
                body=body,
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    def delete_memory(
        self,
        ns: str,
        id: str,
        *,
        derived: Literal['erase', 'keep'] | None = None,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ErasedDerived | None:
        """Delete a memory for good.

        `DELETE /v1/namespaces/{ns}/memories/{id}`

        Deletes the memory with its vectors and versions. Derived memories (summaries,
        facts, procedures, merged memories) are deleted if they have no other source, else
        rebuilt from the remaining sources. Copies that follow it are deleted too. The
        answer is 204 without derived memories, else 200 with what happened to them. A key
        without `read` always gets 204.

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the memory.
            derived: What happens to memories derived from the deleted ones. `erase`:
                they are deleted if they have no other source, else rebuilt from the
                remaining sources. `keep`: they stay unchanged.
        """
        return self._perhaps(
            models.ErasedDerived,
            Request(
                "DELETE",
                "/v1/namespaces/{ns}/memories/{id}",
                path={"ns": ns, "id": id},
                query={
                    "derived": derived,
                },
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_memory_versions(
        self,
        ns: str,
        id: str,
        *,
        before: int | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> models.MemoryVersions:
        """List a memory's versions.

        `GET /v1/namespaces/{ns}/memories/{id}/versions`

        Lists the versions, newest first, each as it was recorded.

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the memory.
            before: Only versions with a lower number.
            limit: Maximum number of results on a page.
        """
        return self._answer(
            models.MemoryVersions,
            Request(
                "GET",
                "/v1/namespaces/{ns}/memories/{id}/versions",
                path={"ns": ns, "id": id},
                query={
                    "before": before,
                    "limit": limit,
                },
                timeout=timeout,
            ),
        )

    def restore_memory(
        self,
        ns: str,
        id: str,
        body: inputs.RestoreRequest,
        *,
        if_match: str | int | None = None,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Restore an old version.

        `POST /v1/namespaces/{ns}/memories/{id}/restore`

        The content of the old version becomes the next version. The versions in between
        stay.

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the memory.
        """
        return self._answer(
            models.Memory,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/{id}/restore",
                path={"ns": ns, "id": id},
                body=body,
                if_match=if_match,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def add_feedback(
        self,
        ns: str,
        id: str,
        body: inputs.FeedbackRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Give feedback on a memory.

        `POST /v1/namespaces/{ns}/memories/{id}/feedback`

        `confirmed` and `contradicted` are verdicts on the memory's content, and affect its
        author's accuracy. `used` and `useless` rate its usefulness. Each caller has one
        verdict and one rating; a later one replaces the earlier one. Feedback creates no
        version. `confirmed` by a human releases a copy from quarantine. Needs `write`, and
        `read` because the answer is the whole memory.

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the memory.
        """
        return self._answer(
            models.Memory,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/{id}/feedback",
                path={"ns": ns, "id": id},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def release_memory(
        self,
        ns: str,
        id: str,
        body: inputs.ReleaseMemoryInput,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Release a published copy from quarantine.

        `POST /v1/namespaces/{ns}/memories/{id}/release`

        Needs `publish` in this namespace, and `read` because the answer is the whole
        memory. The publisher of a copy can't release it.

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the memory.
        """
        return self._answer(
            models.Memory,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/{id}/release",
                path={"ns": ns, "id": id},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def publish_memory(
        self,
        ns: str,
        id: str,
        body: inputs.PublishRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Publish a memory to a shared namespace.

        `POST /v1/namespaces/{ns}/memories/{id}/publish`

        Copies the memory to the target namespace, under the same id; `origin` of the copy
        names this memory. Needs `read` in this namespace and `publish` in the target
        namespace. Publishing again updates the copy.

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the memory.
        """
        return self._answer(
            models.Memory,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/{id}/publish",
                path={"ns": ns, "id": id},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def unpublish_memory(
        self,
        ns: str,
        id: str,
        body: inputs.UnpublishRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Unpublish a memory.

        `POST /v1/namespaces/{ns}/memories/{id}/unpublish`

        Removes the copy from the target namespace. Needs `read` in this namespace and
        `publish` in the target namespace.

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the memory.
        """
        return self._nothing(
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/{id}/unpublish",
                path={"ns": ns, "id": id},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def get_stats(
        self,
        ns: str,
        *,
        timeout: float | None = None,
    ) -> models.NamespaceStats:
        """Read a namespace's statistics.

        `GET /v1/namespaces/{ns}/stats`

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.NamespaceStats,
            Request(
                "GET",
                "/v1/namespaces/{ns}/stats",
                path={"ns": ns},
                timeout=timeout,
            ),
        )

    def forget_memories(
        self,
        ns: str,
        body: inputs.ForgetRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ForgetResponse:
        """Forget memories by a policy.

        `POST /v1/namespaces/{ns}/forget`

        Permanently deletes the memories that meet all conditions, one part of the namespace
        per request. Follow `cursor` until it is null, with the same policy. Each memory
        that existed at the first request is examined once. A memory that changes between
        examination and deletion stays. Needs `write`, and `read` because the answer names
        memories.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.ForgetResponse,
            Request(
                "POST",
                "/v1/namespaces/{ns}/forget",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def start_consolidation(
        self,
        ns: str,
        body: inputs.ConsolidationRequest | None = None,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ConsolidationBegun:
        """Start a consolidation run, or only plan one.

        `POST /v1/namespaces/{ns}/consolidations`

        Without a body, or with an empty one, the run uses all defaults. The answer comes at
        once; any process of the service does the work in the background, and `GET` shows
        its progress. A namespace has at most one run in progress. Needs `write` and `read`.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.ConsolidationBegun,
            Request(
                "POST",
                "/v1/namespaces/{ns}/consolidations",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_consolidations(
        self,
        ns: str,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> models.Consolidations:
        """List the latest consolidation runs.

        `GET /v1/namespaces/{ns}/consolidations`

        Args:
            ns: The namespace: labels joined by dots.
            limit: Maximum number of results on a page.
        """
        return self._answer(
            models.Consolidations,
            Request(
                "GET",
                "/v1/namespaces/{ns}/consolidations",
                path={"ns": ns},
                query={
                    "limit": limit,
                },
                timeout=timeout,
            ),
        )

    def get_consolidation(
        self,
        ns: str,
        id: str,
        *,
        from_: int | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> models.Consolidation:
        """Read a consolidation run: its plan, progress and results.

        `GET /v1/namespaces/{ns}/consolidations/{id}`

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the consolidation run.
            from_: Index of the first action to return, from 0.
            limit: Maximum number of results on a page.
        """
        return self._answer(
            models.Consolidation,
            Request(
                "GET",
                "/v1/namespaces/{ns}/consolidations/{id}",
                path={"ns": ns, "id": id},
                query={
                    "from": from_,
                    "limit": limit,
                },
                timeout=timeout,
            ),
        )

    def undo_consolidation(
        self,
        ns: str,
        id: str,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ConsolidationBegun:
        """Undo a consolidation run.

        `POST /v1/namespaces/{ns}/consolidations/{id}/undo`

        The answer comes at once. Sources become visible to recall again, and memories made
        by the run are deleted. Memories that were since changed, written again, rated,
        published or used as a source stay; the run lists them in `kept`. Needs `write` and
        `read`.

        Args:
            ns: The namespace: labels joined by dots.
            id: Id of the consolidation run.
        """
        return self._answer(
            models.ConsolidationBegun,
            Request(
                "POST",
                "/v1/namespaces/{ns}/consolidations/{id}/undo",
                path={"ns": ns, "id": id},
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def start_export(
        self,
        body: inputs.NewExport | None = None,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Export:
        """Start an export.

        `POST /v1/exports`

        The answer comes at once. Read the parts one after another and append them to a
        file; the last one ends with the trailer. An export is kept for 24 hours after its
        last part was read, and for one hour before the first; a key has 16 of them. Needs
        `read`; settings and feedback by caller need `admin`. See docs/backup.md.
        """
        return self._answer(
            models.Export,
            Request(
                "POST",
                "/v1/exports",
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def get_export(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.Export:
        """Read the progress of an export.

        `GET /v1/exports/{id}`

        Args:
            id: Id of the resource.
        """
        return self._answer(
            models.Export,
            Request(
                "GET",
                "/v1/exports/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    def get_export_part(
        self,
        id: str,
        part: str | int,
        *,
        timeout: float | None = None,
    ) -> str:
        """Read a part of an export.

        `GET /v1/exports/{id}/parts/{part}`

        Returns whole lines, about a megabyte. Parts are numbered from 1. The last part that
        was read may be read again, so an interrupted export continues where it stopped.
        Append only one of the two responses to the file.

        Args:
            id: Id of the resource.
            part: Number of the part, from 1.
        """
        return self._text(
            Request(
                "GET",
                "/v1/exports/{id}/parts/{part}",
                path={"id": id, "part": part},
                timeout=timeout,
            ),
        )

    def start_import(
        self,
        body: inputs.NewImport | None = None,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Import:
        """Start an import.

        `POST /v1/imports`

        The answer comes at once. Send the file in parts of at most 8 MiB, cut anywhere
        between lines. An import is kept for seven days after its last part, and for one
        hour before the first; a key has 16 of them. Needs `admin`, `read` and `write` in
        each namespace of the file. See docs/backup.md.
        """
        return self._answer(
            models.Import,
            Request(
                "POST",
                "/v1/imports",
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def get_import(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.Import:
        """Read the progress and results of an import.

        `GET /v1/imports/{id}`

        Args:
            id: Id of the resource.
        """
        return self._answer(
            models.Import,
            Request(
                "GET",
                "/v1/imports/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    def put_import_part(
        self,
        id: str,
        part: str | int,
        body: bytes,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Import:
        """Send a part of a file to an import.

        `PUT /v1/imports/{id}/parts/{part}`

        Writes the lines in order. Parts are numbered from 1. Sending a part again is safe.
        A line that is damaged, unknown or not allowed ends the import with its number;
        lines before it stay written.

        Args:
            id: Id of the resource.
            part: Number of the part, from 1.
        """
        return self._answer(
            models.Import,
            Request(
                "PUT",
                "/v1/imports/{id}/parts/{part}",
                path={"id": id, "part": part},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def restore_archived_memories(
        self,
        ns: str,
        body: inputs.ArchiveRestoreRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ArchiveRestore:
        """Restore memories from the archive.

        `POST /v1/namespaces/{ns}/archive/restore`

        Brings archived memories back as they were, with their interactions and vectors.
        They aren't archived again before they have been unread for as long as the setting
        `archive` says. Needs `write`, and `read` because the answer says which memories
        there are.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.ArchiveRestore,
            Request(
                "POST",
                "/v1/namespaces/{ns}/archive/restore",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def start_embedding_migration(
        self,
        body: inputs.NewEmbeddingMigration | None = None,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.EmbeddingMigration:
        """Change the embedding model.

        `POST /v1/embedding-migrations`

        Gives all memories vectors of another configured model, in the background. The
        answer comes at once. Recall uses the old vectors until all new ones are there.
        Needs `admin` on `**`. See docs/operations.md.
        """
        return self._answer(
            models.EmbeddingMigration,
            Request(
                "POST",
                "/v1/embedding-migrations",
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def get_embedding_models(
        self,
        *,
        timeout: float | None = None,
    ) -> models.EmbeddingModels:
        """Read the embedding models and the latest migration.

        `GET /v1/embedding-migrations`

        Needs `admin` on `**`.
        """
        return self._answer(
            models.EmbeddingModels,
            Request(
                "GET",
                "/v1/embedding-migrations",
                timeout=timeout,
            ),
        )

    def get_embedding_migration(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.EmbeddingMigration:
        """Read the progress of a change of the embedding model.

        `GET /v1/embedding-migrations/{id}`

        Needs `admin` on `**`.

        Args:
            id: Id of the resource.
        """
        return self._answer(
            models.EmbeddingMigration,
            Request(
                "GET",
                "/v1/embedding-migrations/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    def step_embedding_migration(
        self,
        id: str,
        body: inputs.EmbeddingMigrationStep,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.EmbeddingMigration:
        """Switch, roll back, finish or cancel an embedding migration.

        `POST /v1/embedding-migrations/{id}/steps`

        Takes effect in all processes within a second. Needs `admin` on `**`.

        Args:
            id: Id of the resource.
        """
        return self._answer(
            models.EmbeddingMigration,
            Request(
                "POST",
                "/v1/embedding-migrations/{id}/steps",
                path={"id": id},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def start_erasure(
        self,
        body: inputs.NewErasure,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Erasure:
        """Start an erasure.

        `POST /v1/erasures`

        Erases a person (`subject`), memories (`filter`) or whole namespaces (`namespace`),
        wherever mneme keeps them. The answer comes at once; a background worker erases.
        Needs `admin`, `read` and `write` in the namespaces. A key can have 16 erasures
        running. See docs/privacy.md.
        """
        return self._answer(
            models.Erasure,
            Request(
                "POST",
                "/v1/erasures",
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_erasures(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.ErasurePage:
        """List erasures.

        `GET /v1/erasures`

        Lists the erasures of namespaces that the key administers and reads, newest first.
        Follow `cursor` until it is null: a page may hold fewer than `limit`.

        Args:
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.ErasurePage,
            Request(
                "GET",
                "/v1/erasures",
                query={
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_erasures(
        self,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.Erasure]:
        """All erasures that `list_erasures` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_erasures(
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.erasures,
        )

    def get_erasure(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.Erasure:
        """Read the progress of an erasure, and its certificate.

        `GET /v1/erasures/{id}`

        Needs `admin` and `read` on all namespaces of the erasure. The certificate is kept
        for 400 days and holds no content.

        Args:
            id: Id of the erasure.
        """
        return self._answer(
            models.Erasure,
            Request(
                "GET",
                "/v1/erasures/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    def put_item(
        self,
        ns: str,
        key: str,
        body: inputs.NewItem,
        *,
        if_match: str | int | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Put a memory under a key.

        `PUT /v1/namespaces/{ns}/items/{key}`

        Stores a semantic memory under a key of your choice. Creates the item, or its next
        version if anything differs; omitted fields are reset to their defaults, except
        `timestamp`, `importance` and `pinned`, which stay as they are. With `ttl_seconds`
        the TTL restarts, so the call always creates a version. Equal contents under
        different keys, or without a key, are different memories. Needs `write`, and `read`
        because the answer is the whole memory.

        Args:
            ns: The namespace: labels joined by dots.
            key: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
        """
        return self._answer(
            models.Memory,
            Request(
                "PUT",
                "/v1/namespaces/{ns}/items/{key}",
                path={"ns": ns, "key": key},
                body=body,
                if_match=if_match,
                if_none_match=if_none_match,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def get_item(
        self,
        ns: str,
        key: str,
        *,
        timeout: float | None = None,
    ) -> models.MemoryDetail:
        """Read a memory by its key.

        `GET /v1/namespaces/{ns}/items/{key}`

        Args:
            ns: The namespace: labels joined by dots.
            key: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
        """
        return self._answer(
            models.MemoryDetail,
            Request(
                "GET",
                "/v1/namespaces/{ns}/items/{key}",
                path={"ns": ns, "key": key},
                timeout=timeout,
            ),
        )

    def delete_item(
        self,
        ns: str,
        key: str,
        *,
        derived: Literal['erase', 'keep'] | None = None,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ErasedDerived | None:
        """Delete a memory by its key.

        `DELETE /v1/namespaces/{ns}/items/{key}`

        Deletes the item with its vectors and versions. `derived` says what happens to
        memories derived from it. A key without `read` always gets 204.

        Args:
            ns: The namespace: labels joined by dots.
            key: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
            derived: What happens to memories derived from the deleted ones. `erase`:
                they are deleted if they have no other source, else rebuilt from the
                remaining sources. `keep`: they stay unchanged.
        """
        return self._perhaps(
            models.ErasedDerived,
            Request(
                "DELETE",
                "/v1/namespaces/{ns}/items/{key}",
                path={"ns": ns, "key": key},
                query={
                    "derived": derived,
                },
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    def capture_interaction(
        self,
        ns: str,
        body: inputs.NewInteraction,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.MemoryDetail:
        """Capture an interaction.

        `POST /v1/namespaces/{ns}/interactions`

        Stores input, reasoning, tool calls, response and feedback verbatim as one episodic
        memory, with a readable text derived for recall. With `session_id`, the messages and
        tool calls are also appended to that session, exactly once even if the request is
        retried.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._answer(
            models.MemoryDetail,
            Request(
                "POST",
                "/v1/namespaces/{ns}/interactions",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_entities(
        self,
        ns: str,
        *,
        prefix: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.EntityPage:
        """List entity names.

        `GET /v1/namespaces/{ns}/entities`

        Lists names in the order of their normalised form. A page may hold fewer than
        `limit`.

        Args:
            ns: The namespace: labels joined by dots.
            prefix: Case-insensitive name prefix.
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.EntityPage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/entities",
                path={"ns": ns},
                query={
                    "prefix": prefix,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_entities(
        self,
        ns: str,
        *,
        prefix: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.EntityPageEntities]:
        """All entities that `list_entities` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_entities(
                ns,
                prefix=prefix,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.entities,
        )

    def get_entity(
        self,
        ns: str,
        entity: str,
        *,
        as_of: str | datetime | None = None,
        valid_at: str | None = None,
        min_trust: float | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.EntityFacts:
        """Read an entity and its facts.

        `GET /v1/namespaces/{ns}/entities/{entity}`

        Returns the facts that have one of the entity's names as subject or object. Follow
        `cursor` until it is null. An entity exists while a fact or an alias names it.

        Args:
            ns: The namespace: labels joined by dots.
            entity: One of the entity's names, case-insensitive. Percent-encoded in the
                URL.
            as_of: Point in recorded time: returns facts that were recorded by then and
                not yet superseded. Default: now.
            valid_at: Point in valid time; `any`: all facts, regardless of valid time.
                Defaults to `as_of`.
            min_trust: Minimum trust of a fact, from 0 to 1; less trusted facts are
                omitted.
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.EntityFacts,
            Request(
                "GET",
                "/v1/namespaces/{ns}/entities/{entity}",
                path={"ns": ns, "entity": entity},
                query={
                    "as_of": as_of,
                    "valid_at": valid_at,
                    "min_trust": min_trust,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def put_entity_aliases(
        self,
        ns: str,
        entity: str,
        body: inputs.NewAliases,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Entity:
        """Set an entity's aliases.

        `PUT /v1/namespaces/{ns}/entities/{entity}`

        Replaces all aliases of the entity. Queries resolve aliases; stored facts keep their
        wording. Needs `write` and `read`.

        Args:
            ns: The namespace: labels joined by dots.
            entity: One of the entity's names, case-insensitive. Percent-encoded in the
                URL.
        """
        return self._answer(
            models.Entity,
            Request(
                "PUT",
                "/v1/namespaces/{ns}/entities/{entity}",
                path={"ns": ns, "entity": entity},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_neighbors(
        self,
        ns: str,
        entity: str,
        *,
        hops: int | None = None,
        predicate: Sequence[str] | None = None,
        as_of: str | datetime | None = None,
        valid_at: str | None = None,
        min_trust: float | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> models.Neighbors:
        """List an entity's neighbours.

        `GET /v1/namespaces/{ns}/entities/{entity}/neighbors`

        Traverses facts breadth first in both directions, up to 3 hops; each fact and each
        entity once. If there are more than `limit` edges, the most recently recorded ones
        are returned and `truncated` is true.

        Args:
            ns: The namespace: labels joined by dots.
            entity: One of the entity's names, case-insensitive. Percent-encoded in the
                URL.
            hops: Maximum distance from the entity.
            predicate: Only facts with this predicate; repeat it for several.
            as_of: Point in recorded time: returns facts that were recorded by then and
                not yet superseded. Default: now.
            valid_at: Point in valid time; `any`: all facts, regardless of valid time.
                Defaults to `as_of`.
            min_trust: Minimum trust of a fact, from 0 to 1; less trusted facts are
                omitted.
            limit: Maximum number of edges.
        """
        return self._answer(
            models.Neighbors,
            Request(
                "GET",
                "/v1/namespaces/{ns}/entities/{entity}/neighbors",
                path={"ns": ns, "entity": entity},
                query={
                    "hops": hops,
                    "predicate": predicate,
                    "as_of": as_of,
                    "valid_at": valid_at,
                    "min_trust": min_trust,
                    "limit": limit,
                },
                timeout=timeout,
            ),
        )

    def merge_entity(
        self,
        ns: str,
        entity: str,
        body: inputs.MergeRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Entity:
        """Merge two entities.

        `POST /v1/namespaces/{ns}/entities/{entity}/merge`

        All names of this entity become names of `into`. Needs `write` and `read`.

        Args:
            ns: The namespace: labels joined by dots.
            entity: One of the entity's names, case-insensitive. Percent-encoded in the
                URL.
        """
        return self._answer(
            models.Entity,
            Request(
                "POST",
                "/v1/namespaces/{ns}/entities/{entity}/merge",
                path={"ns": ns, "entity": entity},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def get_profile(
        self,
        ns: str,
        subject: str,
        *,
        namespaces: Sequence[str] | None = None,
        valid_at: str | datetime | None = None,
        min_trust: float | None = None,
        token_budget: int | None = None,
        timeout: float | None = None,
    ) -> models.Profile:
        """Read a subject's profile.

        `GET /v1/namespaces/{ns}/profiles/{subject}`

        Returns facts, preferences, procedures and recent episodes with their provenance,
        and the same as text within a token budget. Aliases are those of the namespace in
        the path. An unknown subject has an empty profile.

        Args:
            ns: The namespace: labels joined by dots.
            subject: One of the entity's names, case-insensitive. Percent-encoded in the
                URL.
            namespaces: Additional namespaces or patterns such as `acme.**`, limited to
                what you may read. Repeat it for several.
            valid_at: Point in valid time. Default: now.
            min_trust: Minimum trust, from 0 to 1.
            token_budget: Maximum size of `text`, in tokens of o200k_base.
        """
        return self._answer(
            models.Profile,
            Request(
                "GET",
                "/v1/namespaces/{ns}/profiles/{subject}",
                path={"ns": ns, "subject": subject},
                query={
                    "namespaces": namespaces,
                    "valid_at": valid_at,
                    "min_trust": min_trust,
                    "token_budget": token_budget,
                },
                timeout=timeout,
            ),
        )

    def recall(
        self,
        body: inputs.RecallRequest,
        *,
        timeout: float | None = None,
    ) -> models.RecallResponse:
        """Recall memories.

        `POST /v1/recall`

        Searches by meaning and by keyword, and returns the best hits first. A memory that
        doesn't match the filter is never returned. `degraded` names retrievers that were
        unavailable.
        """
        return self._answer(
            models.RecallResponse,
            Request(
                "POST",
                "/v1/recall",
                body=body,
                timeout=timeout,
            ),
        )

    def list_agents(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.AgentPage:
        """List agents with verdicts.

        `GET /v1/agents`

        Lists the agents whose memories received verdicts, by name. Needs `admin` on `**`,
        because agents don't belong to a namespace.

        Args:
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.AgentPage,
            Request(
                "GET",
                "/v1/agents",
                query={
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_agents(
        self,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.Agent]:
        """All agents that `list_agents` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_agents(
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.agents,
        )

    def get_agent(
        self,
        id: str,
        *,
        namespace: str | None = None,
        timeout: float | None = None,
    ) -> models.Agent:
        """Read an agent's accuracy.

        `GET /v1/agents/{id}`

        The accuracy comes from verdicts on its memories. Verdicts count only within the
        administration in which they were given. A key may read its own agent; any other
        agent needs `admin` on `namespace`, or on `**` without one. An agent without
        verdicts has an accuracy of 0.5.

        Args:
            id: The agent's name, as in `source_agent`.
            namespace: Namespace in which the accuracy is computed, from all verdicts
                that count there. Without it, only from verdicts that count everywhere:
                those given in namespaces that only keys with `admin` on `**`
                administer, and those of releases that didn't separate verdicts by
                administration.
        """
        return self._answer(
            models.Agent,
            Request(
                "GET",
                "/v1/agents/{id}",
                path={"id": id},
                query={
                    "namespace": namespace,
                },
                timeout=timeout,
            ),
        )

    def append_messages(
        self,
        ns: str,
        sid: str,
        body: inputs.NewMessages,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.AppendedMessages:
        """Append messages to a session.

        `POST /v1/namespaces/{ns}/sessions/{sid}/messages`

        A session begins with its first message. The cost of a request doesn't depend on the
        session's length. When the session exceeds its window, the oldest turns are
        summarised and promoted to episodic memory in the background.

        Args:
            ns: The namespace: labels joined by dots.
            sid: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
        """
        return self._answer(
            models.AppendedMessages,
            Request(
                "POST",
                "/v1/namespaces/{ns}/sessions/{sid}/messages",
                path={"ns": ns, "sid": sid},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_messages(
        self,
        ns: str,
        sid: str,
        *,
        limit: int | None = None,
        before: int | None = None,
        after: int | None = None,
        timeout: float | None = None,
    ) -> models.Messages:
        """Read a session's messages.

        `GET /v1/namespaces/{ns}/sessions/{sid}/messages`

        Returns messages in ascending order: the last ones unless `after` is given. Messages
        promoted to episodic memory are no longer in the session. Restarts the session's
        TTL.

        Args:
            ns: The namespace: labels joined by dots.
            sid: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
            limit: Maximum number of results on a page.
            before: Only messages with a lower sequence number; returns the last `limit`
                of them.
            after: Only messages with a higher sequence number; returns the first
                `limit` of them.
        """
        return self._answer(
            models.Messages,
            Request(
                "GET",
                "/v1/namespaces/{ns}/sessions/{sid}/messages",
                path={"ns": ns, "sid": sid},
                query={
                    "limit": limit,
                    "before": before,
                    "after": after,
                },
                timeout=timeout,
            ),
        )

    def get_context(
        self,
        ns: str,
        sid: str,
        *,
        query: str | None = None,
        token_budget: int | None = None,
        budget_ms: int | None = None,
        namespace: Sequence[str] | None = None,
        limit: int | None = None,
        min_trust: float | None = None,
        context_turns: int | None = None,
        rerank_depth: int | None = None,
        min_relevance: float | None = None,
        touch: bool | None = None,
        receipt: bool | None = None,
        subject: str | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> models.SessionContext:
        """Build a model's context from a session.

        `GET /v1/namespaces/{ns}/sessions/{sid}/context`

        Combines the running summary, the last turns, recalled memories and procedures, and
        a subject's profile within a token budget. The filter parameters are those of the
        list of memories, and apply to recalled memories. Each recalled piece has its
        provenance and trust. For a session without messages, the context holds only
        recalled memories. Restarts the session's TTL.

        Args:
            ns: The namespace: labels joined by dots.
            sid: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
            query: Query of the recall. Defaults to the last user message.
            token_budget: Maximum number of tokens in the context.
            budget_ms: Time for the recall, in milliseconds from the start of the
                request. What isn't found by then is omitted, and `degraded` names it.
                The conversation itself is always there.
            namespace: Namespace or pattern to recall from; repeat it for several.
                Defaults to the session's namespace.
            limit: Maximum number of recalled memories. The same maximum applies to
                recalled procedures.
            min_trust: Minimum trust of memories, facts and procedures, from 0 to 1. The
                running summary isn't one of them, and stays.
            context_turns: Turns of the same session before and after a recalled memory
                that are added after it, where they fit: see /v1/recall. Default: none.
            rerank_depth: Has the configured reranker order this many first memories,
                and as many procedures: see `rerank` of /v1/recall. Default: not at all.
            min_relevance: Minimum relevance of recalled memories, from 0 to 1. See
                /v1/recall.
            touch: Whether to count the memories in the context as used, which extends
                the life of decaying memories. The session's TTL restarts in any case.
            receipt: Whether to store receipts of the two recalls. Default: for the
                share of recalls that the namespace's setting `receipts.share` gives;
                all, if it isn't set.
            subject: Subject whose profile to include, such as a customer or a project.
            items_only: `true`: only items (memories under a key).
            agent_id: Only memories of this agent (`agent_id`); repeat it for several.
            session_id: Only memories of this session; repeat it for several.
            tag: Only memories with this tag; repeat it to require several.
            from_: Only memories with a `timestamp` from this time on (inclusive).
            to: Only memories with a `timestamp` before this time (exclusive).
            metadata: Filter on metadata: a JSON object in the shape of the metadata,
                such as {"customer":{"plan":"gold"}}. It may hold operators; see
                docs/filters.md.
            archived: `true`: only archived memories; `false`: only others. Default:
                both.
            fact_subject: Only facts with this subject; repeat it for several. Aliases
                aren't resolved.
            fact_predicate: Only facts with this predicate; repeat it for several.
            fact_object: Only facts with this object; repeat it for several. Aliases
                aren't resolved.
        """
        return self._answer(
            models.SessionContext,
            Request(
                "GET",
                "/v1/namespaces/{ns}/sessions/{sid}/context",
                path={"ns": ns, "sid": sid},
                query={
                    "query": query,
                    "token_budget": token_budget,
                    "budget_ms": budget_ms,
                    "namespace": namespace,
                    "limit": limit,
                    "min_trust": min_trust,
                    "context_turns": context_turns,
                    "rerank_depth": rerank_depth,
                    "min_relevance": min_relevance,
                    "touch": touch,
                    "receipt": receipt,
                    "subject": subject,
                    "items_only": items_only,
                    "agent_id": agent_id,
                    "session_id": session_id,
                    "tag": tag,
                    "from": from_,
                    "to": to,
                    "metadata": metadata,
                    "archived": archived,
                    "fact_subject": fact_subject,
                    "fact_predicate": fact_predicate,
                    "fact_object": fact_object,
                },
                timeout=timeout,
            ),
        )

    def list_sessions(
        self,
        ns: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.SessionPage:
        """List a namespace's sessions.

        `GET /v1/namespaces/{ns}/sessions`

        Lists sessions by their last message, latest first. A session with a new message
        moves to the front.

        Args:
            ns: The namespace: labels joined by dots.
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.SessionPage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/sessions",
                path={"ns": ns},
                query={
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_sessions(
        self,
        ns: str,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.Session]:
        """All sessions that `list_sessions` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_sessions(
                ns,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.sessions,
        )

    def get_session(
        self,
        ns: str,
        sid: str,
        *,
        timeout: float | None = None,
    ) -> models.Session:
        """Read a session.

        `GET /v1/namespaces/{ns}/sessions/{sid}`

        Returns the running summary and the counts. Restarts the session's TTL.

        Args:
            ns: The namespace: labels joined by dots.
            sid: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
        """
        return self._answer(
            models.Session,
            Request(
                "GET",
                "/v1/namespaces/{ns}/sessions/{sid}",
                path={"ns": ns, "sid": sid},
                timeout=timeout,
            ),
        )

    def delete_session(
        self,
        ns: str,
        sid: str,
        *,
        derived: Literal['erase', 'keep'] | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ErasedDerived | None:
        """Delete a session.

        `DELETE /v1/namespaces/{ns}/sessions/{sid}`

        Deletes the session with its messages, its running summary, the memories promoted
        from it (turns and summaries) and the memories derived from those. Captured
        interactions are separate memories and stay. With `derived=keep`, promoted memories
        stay as well. The answer is 204 if no memory was deleted, else 200 with their ids. A
        key without `read` always gets 204.

        Args:
            ns: The namespace: labels joined by dots.
            sid: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
            derived: What happens to memories derived from the deleted ones. `erase`:
                they are deleted if they have no other source, else rebuilt from the
                remaining sources. `keep`: they stay unchanged.
        """
        return self._perhaps(
            models.ErasedDerived,
            Request(
                "DELETE",
                "/v1/namespaces/{ns}/sessions/{sid}",
                path={"ns": ns, "sid": sid},
                query={
                    "derived": derived,
                },
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_receipts(
        self,
        ns: str,
        *,
        agent_id: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.ReceiptPage:
        """List the receipts of a namespace.

        `GET /v1/namespaces/{ns}/receipts`

        Lists receipts of recalls that asked for this namespace alone, newest first, without
        their results. A page examines at most 1,000 receipts, so it may hold fewer than
        `limit`. Receipts of release 0.1.0 aren't listed.

        Args:
            ns: The namespace: labels joined by dots.
            agent_id: Only recalls of this agent; repeat it for several.
            from_: Lower bound of `at` (inclusive).
            to: Upper bound of `at` (exclusive).
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.ReceiptPage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/receipts",
                path={"ns": ns},
                query={
                    "agent_id": agent_id,
                    "from": from_,
                    "to": to,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_receipts(
        self,
        ns: str,
        *,
        agent_id: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.ListedReceipt]:
        """All receipts that `list_receipts` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_receipts(
                ns,
                agent_id=agent_id,
                from_=from_,
                to=to,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.receipts,
        )

    def get_receipt(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.Receipt:
        """Read the receipt of a recall.

        `GET /v1/receipts/{id}`

        Returns the query and its results, each memory as it was then. Only callers that may
        read everything searched and found can see the receipt; others get 404.

        Args:
            id: Id of the receipt.
        """
        return self._answer(
            models.Receipt,
            Request(
                "GET",
                "/v1/receipts/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    def replay_receipt(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.Replay:
        """Replay a receipt.

        `POST /v1/receipts/{id}/replay`

        Runs the same recall now and returns both results side by side.

        Args:
            id: Id of the receipt.
        """
        return self._answer(
            models.Replay,
            Request(
                "POST",
                "/v1/receipts/{id}/replay",
                path={"id": id},
                timeout=timeout,
            ),
        )

    def list_threads(
        self,
        *,
        namespace: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.ThreadPage:
        """List LangGraph threads.

        `GET /v1/threads`

        Lists the threads that a RedisSaver of `@mneme/checkpointer` stored in this Redis,
        newest first. Follow `cursor` until it is null: a page may hold fewer than `limit`
        if threads have expired.

        Args:
            namespace: Namespace of the saver. Without it: threads of savers without a
                namespace, which needs a grant on `**`.
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.ThreadPage,
            Request(
                "GET",
                "/v1/threads",
                query={
                    "namespace": namespace,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_threads(
        self,
        *,
        namespace: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.ThreadPageThreads]:
        """All threads that `list_threads` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_threads(
                namespace=namespace,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.threads,
        )

    def get_thread(
        self,
        id: str,
        *,
        namespace: str | None = None,
        timeout: float | None = None,
    ) -> models.Thread:
        """Read a thread.

        `GET /v1/threads/{id}`

        Args:
            id: The thread's id; percent-encoded in the URL.
            namespace: Namespace of the saver. Without it: threads of savers without a
                namespace, which needs a grant on `**`.
        """
        return self._answer(
            models.Thread,
            Request(
                "GET",
                "/v1/threads/{id}",
                path={"id": id},
                query={
                    "namespace": namespace,
                },
                timeout=timeout,
            ),
        )

    def delete_thread(
        self,
        id: str,
        *,
        namespace: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Delete a thread.

        `DELETE /v1/threads/{id}`

        Deletes the thread with all its checkpoints. Needs `write`.

        Args:
            id: The thread's id; percent-encoded in the URL.
            namespace: Namespace of the saver. Without it: threads of savers without a
                namespace, which needs a grant on `**`.
        """
        return self._nothing(
            Request(
                "DELETE",
                "/v1/threads/{id}",
                path={"id": id},
                query={
                    "namespace": namespace,
                },
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_checkpoints(
        self,
        id: str,
        *,
        namespace: str | None = None,
        checkpoint_ns: str | None = None,
        before: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> models.CheckpointPage:
        """List a thread's checkpoints.

        `GET /v1/threads/{id}/checkpoints`

        Lists checkpoints by descending id. Follow `before` until it is null. Channels that
        LangGraph rebuilds from writes (DeltaChannel) aren't among the values.

        Args:
            id: The thread's id; percent-encoded in the URL.
            namespace: Namespace of the saver. Without it: threads of savers without a
                namespace, which needs a grant on `**`.
            checkpoint_ns: Namespace of the checkpoints, such as that of a subgraph's
                call. Defaults to the root graph's.
            before: Only checkpoints with an id below this one.
            limit: Maximum number of results on a page.
        """
        return self._answer(
            models.CheckpointPage,
            Request(
                "GET",
                "/v1/threads/{id}/checkpoints",
                path={"id": id},
                query={
                    "namespace": namespace,
                    "checkpoint_ns": checkpoint_ns,
                    "before": before,
                    "limit": limit,
                },
                timeout=timeout,
            ),
        )

    def query_audit(
        self,
        *,
        namespace: str | None = None,
        agent: str | None = None,
        key_id: str | None = None,
        id: str | None = None,
        verb: Sequence[Literal['remember', 'capture', 'read', 'list', 'recall', 'receipt.read', 'receipt.list', 'receipt.replay', 'revise', 'delete', 'versions', 'restore', 'archive', 'archive.restore', 'reinstate', 'feedback', 'release', 'forget', 'stats', 'entity.get', 'entity.list', 'entity.put', 'entity.merge', 'neighbors', 'profile', 'item.put', 'item.get', 'item.delete', 'publish', 'unpublish', 'state.get', 'state.put', 'state.patch', 'state.delete', 'state.transact', 'state.list', 'state.history', 'state.watch', 'session.append', 'session.read', 'session.list', 'session.delete', 'session.context', 'session.promote', 'consolidate', 'consolidation.read', 'consolidation.list', 'consolidation.undo', 'settings.get', 'settings.put', 'settings.patch', 'usage.get', 'namespace.list', 'namespace.delete', 'export', 'import', 'import.memory', 'import.session', 'import.state', 'erasure', 'erasure.audit', 'erasure.read', 'erasure.list', 'embedding.read', 'embedding.migrate', 'thread.list', 'thread.read', 'thread.delete', 'key.create', 'key.list', 'key.revoke', 'key.open', 'agent.read', 'agent.list', 'pii.reveal', 'pii.scan', 'pii.apply', 'audit.read', 'access', 'replay']] | None = None,
        outcome: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        order: Literal['asc', 'desc'] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.AuditPage:
        """Read the audit trail.

        `GET /v1/audit`

        Lists acts with their agent, time and outcome; never content. Needs `admin` on the
        namespaces. Follow `cursor` until it is null: each entry that existed at the first
        request is returned once. A page may be empty before the end.

        Args:
            namespace: Namespace or pattern. Defaults to everything that the key
                administers.
            agent: Only acts of this agent.
            key_id: Only acts with this API key: its id.
            id: Only acts on this memory (its id) or on this state document (its key).
            verb: Only acts with this name, such as `remember`; repeat it for several.
            outcome: Only acts with this outcome, such as `ok`, `created`, `missing`,
                `conflict` or `denied`; repeat it for several.
            from_: Only from this time on (inclusive).
            to: Only before this time (exclusive).
            order: Sort order by time; `desc`: newest first.
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.AuditPage,
            Request(
                "GET",
                "/v1/audit",
                query={
                    "namespace": namespace,
                    "agent": agent,
                    "key_id": key_id,
                    "id": id,
                    "verb": verb,
                    "outcome": outcome,
                    "from": from_,
                    "to": to,
                    "order": order,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_audit(
        self,
        *,
        namespace: str | None = None,
        agent: str | None = None,
        key_id: str | None = None,
        id: str | None = None,
        verb: Sequence[Literal['remember', 'capture', 'read', 'list', 'recall', 'receipt.read', 'receipt.list', 'receipt.replay', 'revise', 'delete', 'versions', 'restore', 'archive', 'archive.restore', 'reinstate', 'feedback', 'release', 'forget', 'stats', 'entity.get', 'entity.list', 'entity.put', 'entity.merge', 'neighbors', 'profile', 'item.put', 'item.get', 'item.delete', 'publish', 'unpublish', 'state.get', 'state.put', 'state.patch', 'state.delete', 'state.transact', 'state.list', 'state.history', 'state.watch', 'session.append', 'session.read', 'session.list', 'session.delete', 'session.context', 'session.promote', 'consolidate', 'consolidation.read', 'consolidation.list', 'consolidation.undo', 'settings.get', 'settings.put', 'settings.patch', 'usage.get', 'namespace.list', 'namespace.delete', 'export', 'import', 'import.memory', 'import.session', 'import.state', 'erasure', 'erasure.audit', 'erasure.read', 'erasure.list', 'embedding.read', 'embedding.migrate', 'thread.list', 'thread.read', 'thread.delete', 'key.create', 'key.list', 'key.revoke', 'key.open', 'agent.read', 'agent.list', 'pii.reveal', 'pii.scan', 'pii.apply', 'audit.read', 'access', 'replay']] | None = None,
        outcome: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        order: Literal['asc', 'desc'] | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.AuditEntry]:
        """All entries that `query_audit` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.query_audit(
                namespace=namespace,
                agent=agent,
                key_id=key_id,
                id=id,
                verb=verb,
                outcome=outcome,
                from_=from_,
                to=to,
                order=order,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.entries,
        )

    def export_audit(
        self,
        *,
        namespace: str | None = None,
        agent: str | None = None,
        key_id: str | None = None,
        id: str | None = None,
        verb: Sequence[Literal['remember', 'capture', 'read', 'list', 'recall', 'receipt.read', 'receipt.list', 'receipt.replay', 'revise', 'delete', 'versions', 'restore', 'archive', 'archive.restore', 'reinstate', 'feedback', 'release', 'forget', 'stats', 'entity.get', 'entity.list', 'entity.put', 'entity.merge', 'neighbors', 'profile', 'item.put', 'item.get', 'item.delete', 'publish', 'unpublish', 'state.get', 'state.put', 'state.patch', 'state.delete', 'state.transact', 'state.list', 'state.history', 'state.watch', 'session.append', 'session.read', 'session.list', 'session.delete', 'session.context', 'session.promote', 'consolidate', 'consolidation.read', 'consolidation.list', 'consolidation.undo', 'settings.get', 'settings.put', 'settings.patch', 'usage.get', 'namespace.list', 'namespace.delete', 'export', 'import', 'import.memory', 'import.session', 'import.state', 'erasure', 'erasure.audit', 'erasure.read', 'erasure.list', 'embedding.read', 'embedding.migrate', 'thread.list', 'thread.read', 'thread.delete', 'key.create', 'key.list', 'key.revoke', 'key.open', 'agent.read', 'agent.list', 'pii.reveal', 'pii.scan', 'pii.apply', 'audit.read', 'access', 'replay']] | None = None,
        outcome: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        timeout: float | None = None,
    ) -> str:
        """Export the audit trail.

        `GET /v1/audit/export`

        Returns all entries that match the filter, oldest first, one JSON object per line.
        Each has the fields of a page's entry, and `trail`, `previous`, `raw` and `hash` to
        verify the chain elsewhere. If an export fails midway, or its key ends, the
        connection is closed before the body is complete.

        Args:
            namespace: Namespace or pattern. Defaults to everything that the key
                administers.
            agent: Only acts of this agent.
            key_id: Only acts with this API key: its id.
            id: Only acts on this memory (its id) or on this state document (its key).
            verb: Only acts with this name, such as `remember`; repeat it for several.
            outcome: Only acts with this outcome, such as `ok`, `created`, `missing`,
                `conflict` or `denied`; repeat it for several.
            from_: Only from this time on (inclusive).
            to: Only before this time (exclusive).
        """
        return self._text(
            Request(
                "GET",
                "/v1/audit/export",
                query={
                    "namespace": namespace,
                    "agent": agent,
                    "key_id": key_id,
                    "id": id,
                    "verb": verb,
                    "outcome": outcome,
                    "from": from_,
                    "to": to,
                },
                timeout=timeout,
            ),
        )

    def get_state(
        self,
        ns: str,
        key: str,
        *,
        path: str | None = None,
        as_of: str | datetime | None = None,
        timeout: float | None = None,
    ) -> models.State:
        """Read state.

        `GET /v1/namespaces/{ns}/state/{key}`

        Reads from the primary, so it sees every acknowledged write of any process. Reading
        a sliding document restarts its TTL.

        Args:
            ns: The namespace: labels joined by dots.
            key: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
            path: A JSONPath; `value` is then the array of its matches, empty if nothing
                matches. It may have at most 512 bytes, one `..`, one union and two
                filters. A filter may only use names and indexes of the current element
                (`@`) and constants. Names of letters, digits and characters beyond
                ASCII need no quotes. A quoted name must not begin with a space.
            as_of: Point in time: returns the document as it was then. Doesn't restart a
                TTL.
        """
        return self._answer(
            models.State,
            Request(
                "GET",
                "/v1/namespaces/{ns}/state/{key}",
                path={"ns": ns, "key": key},
                query={
                    "path": path,
                    "as_of": as_of,
                },
                timeout=timeout,
            ),
        )

    def put_state(
        self,
        ns: str,
        key: str,
        body: inputs.PutState,
        *,
        if_match: str | int | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.WrittenState | None:
        """Write state.

        `PUT /v1/namespaces/{ns}/state/{key}`

        Needs `write`. With If-Match or If-None-Match also needs `read`, because the outcome
        reveals what exists.

        Args:
            ns: The namespace: labels joined by dots.
            key: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
        """
        return self._perhaps(
            models.WrittenState,
            Request(
                "PUT",
                "/v1/namespaces/{ns}/state/{key}",
                path={"ns": ns, "key": key},
                body=body,
                if_match=if_match,
                if_none_match=if_none_match,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def patch_state(
        self,
        ns: str,
        key: str,
        body: Any,
        *,
        ttl_seconds: int | None = None,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.WrittenState:
        """Change state by a JSON merge patch.

        `PATCH /v1/namespaces/{ns}/state/{key}`

        RFC 7396: null removes a member, an object is merged, any other value replaces. The
        expiry stays. Needs `read` and `write`, because the answer is the whole document.

        Args:
            ns: The namespace: labels joined by dots.
            key: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
            ttl_seconds: Seconds to live from now. Without it, the expiry stays.
        """
        return self._answer(
            models.WrittenState,
            Request(
                "PATCH",
                "/v1/namespaces/{ns}/state/{key}",
                path={"ns": ns, "key": key},
                query={
                    "ttl_seconds": ttl_seconds,
                },
                body=body,
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    def delete_state(
        self,
        ns: str,
        key: str,
        *,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Delete state.

        `DELETE /v1/namespaces/{ns}/state/{key}`

        Needs `write`, and with If-Match also `read`. A key without `read` gets 204 even if
        the state doesn't exist.

        Args:
            ns: The namespace: labels joined by dots.
            key: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
        """
        return self._nothing(
            Request(
                "DELETE",
                "/v1/namespaces/{ns}/state/{key}",
                path={"ns": ns, "key": key},
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    def list_state(
        self,
        ns: str,
        *,
        prefix: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.StatePage:
        """List state documents.

        `GET /v1/namespaces/{ns}/state`

        Lists documents without their values, in the byte order of their keys. Documents
        that expired or were deleted are skipped, so a page may hold fewer than `limit`.
        Doesn't restart a TTL. The first list of a namespace that release 0.1.0 wrote to
        walks over all keys of the store once.

        Args:
            ns: The namespace: labels joined by dots.
            prefix: Prefix of the keys, case-sensitive.
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.StatePage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/state",
                path={"ns": ns},
                query={
                    "prefix": prefix,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_state(
        self,
        ns: str,
        *,
        prefix: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.ListedState]:
        """All documents that `list_state` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_state(
                ns,
                prefix=prefix,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.documents,
        )

    def list_state_versions(
        self,
        ns: str,
        key: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.StateHistory:
        """List the versions of state.

        `GET /v1/namespaces/{ns}/state/{key}/history`

        Lists the versions that the history still holds, newest first, including deletions.
        Follow `cursor` until it is null: a page with large values may hold fewer than
        `limit`.

        Args:
            ns: The namespace: labels joined by dots.
            key: Text of up to 256 bytes of UTF-8, except `.` and `..`. Percent-encoded
                in the URL.
            limit: Maximum number of results on a page.
            cursor: Cursor from the previous page; returns the next page.
        """
        return self._answer(
            models.StateHistory,
            Request(
                "GET",
                "/v1/namespaces/{ns}/state/{key}/history",
                path={"ns": ns, "key": key},
                query={
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_state_versions(
        self,
        ns: str,
        key: str,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.StateVersion]:
        """All versions that `list_state_versions` lists, page by page; `limit` is of a page."""
        return each(
            lambda cursor: self.list_state_versions(
                ns,
                key,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.versions,
        )

    def run_state_transaction(
        self,
        ns: str,
        body: inputs.StateTransaction,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.StateTransactionResults | None:
        """Change up to 64 state documents in one transaction.

        `POST /v1/namespaces/{ns}/state-transactions`

        If every check passes, the operations are done in order, and each creates a version.
        If a check or an operation fails, nothing is changed. No reader sees a partial
        transaction. The documents of all operations (counted once per operation) and the
        given values may hold at most 4 MiB of JSON together; a larger transaction is
        refused as a whole (`too_many_bytes`).

        `set` writes the document, or the value at `path`. `merge` applies a JSON merge
        patch. `delete` removes the document, or the value at `path`. `increment` adds `by`
        to the one number at `path`; without `path`, to the document itself, which counts as
        0 if it doesn't exist. It fails if the sum would be below `min`, above `max`, or
        beyond what a JSON number holds exactly.

        Without `ttl_seconds` a document keeps its expiry. A new document, or one that is
        set as a whole, gets the namespace's default.

        Needs `write`. Also needs `read` unless it only sets whole documents, because checks
        and other operations reveal what exists.

        Args:
            ns: The namespace: labels joined by dots.
        """
        return self._perhaps(
            models.StateTransactionResults,
            Request(
                "POST",
                "/v1/namespaces/{ns}/state-transactions",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def watch_state(
        self,
        ns: str,
        *,
        prefix: str | None = None,
        last_event_id: str | None = None,
    ) -> Iterator[ServerSentEvent]:
        """Follow changes of state.

        `GET /v1/namespaces/{ns}/state-changes`

        Sends server-sent events of type `change` with the data `{ key, version, op, by, at
        }`. Versions of a namespace are numbered without gaps, so a client can detect a
        missing one. The stream starts now, or with the first change after `Last-Event-ID`.
        It has no gaps or duplicates as long as changes are kept (`STATE_HISTORY_SECONDS`).

        A comment is sent as a heartbeat. A client that reads too slowly is disconnected and
        can resume with `Last-Event-ID`.

        Args:
            ns: The namespace: labels joined by dots.
            prefix: Only changes of documents whose keys have this prefix.
        """
        return self._events(
            Request(
                "GET",
                "/v1/namespaces/{ns}/state-changes",
                path={"ns": ns},
                query={
                    "prefix": prefix,
                },
                last_event_id=last_event_id,
            ),
        )


class AsyncOperations(AsyncCalls):
    """Every operation of the HTTP API, each as a coroutine."""

    async def get_health(
        self,
        *,
        timeout: float | None = None,
    ) -> models.GetHealthResult:
        """Check that the process is alive. `GET /healthz`"""
        return await self._answer(
            models.GetHealthResult,
            Request(
                "GET",
                "/healthz",
                timeout=timeout,
            ),
        )

    async def get_readiness(
        self,
        *,
        timeout: float | None = None,
    ) -> models.Readiness:
        """Check that the process can serve. `GET /readyz`"""
        return await self._answer(
            models.Readiness,
            Request(
                "GET",
                "/readyz",
                timeout=timeout,
            ),
        )

    async def get_metrics(
        self,
        *,
        timeout: float | None = None,
    ) -> str:
        """Read the Prometheus metrics. `GET /metrics`"""
        return await self._text(
            Request(
                "GET",
                "/metrics",
                timeout=timeout,
            ),
        )

    async def whoami(
        self,
        *,
        timeout: float | None = None,
    ) -> models.Caller:
        """Read who the caller is. `GET /v1/whoami`"""
        return await self._answer(
            models.Caller,
            Request(
                "GET",
                "/v1/whoami",
                timeout=timeout,
            ),
        )

    async def create_key(
        self,
        body: inputs.NewKey,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.CreatedApiKey:
        """Create an API key. `POST /v1/keys`"""
        return await self._answer(
            models.CreatedApiKey,
            Request(
                "POST",
                "/v1/keys",
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_keys(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.KeyPage:
        """List API keys. `GET /v1/keys`"""
        return await self._answer(
            models.KeyPage,
            Request(
                "GET",
                "/v1/keys",
                query={
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_keys(
        self,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.ApiKey]:
        """All keys that `list_keys` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_keys(
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.keys,
        )

    async def get_key(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.ApiKey:
        """Read an API key. `GET /v1/keys/{id}`"""
        return await self._answer(
            models.ApiKey,
            Request(
                "GET",
                "/v1/keys/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    async def revoke_key(
        self,
        id: str,
        *,
        made: Literal['revoke', 'keep'] | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Revoke an API key. `DELETE /v1/keys/{id}`"""
        return await self._nothing(
            Request(
                "DELETE",
                "/v1/keys/{id}",
                path={"id": id},
                query={
                    "made": made,
                },
                durable=durable,
                timeout=timeout,
            ),
        )

    async def delete_namespace(
        self,
        ns: str,
        *,
        memory_type: Sequence[Literal['episodic', 'semantic', 'procedural']] | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        dry_run: bool | None = None,
        cursor: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.NamespaceDeletion:
        """Delete the contents of a namespace, or its memories that match a filter."""
        return await self._answer(
            models.NamespaceDeletion,
            Request(
                "DELETE",
                "/v1/namespaces/{ns}",
                path={"ns": ns},
                query={
                    "memory_type": memory_type,
                    "items_only": items_only,
                    "agent_id": agent_id,
                    "session_id": session_id,
                    "tag": tag,
                    "from": from_,
                    "to": to,
                    "metadata": metadata,
                    "archived": archived,
                    "fact_subject": fact_subject,
                    "fact_predicate": fact_predicate,
                    "fact_object": fact_object,
                    "dry_run": dry_run,
                    "cursor": cursor,
                },
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_namespaces(
        self,
        *,
        prefix: str | None = None,
        suffix: str | None = None,
        max_depth: int | None = None,
        items_only: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.NamespacePage:
        """List namespaces. `GET /v1/namespaces`"""
        return await self._answer(
            models.NamespacePage,
            Request(
                "GET",
                "/v1/namespaces",
                query={
                    "prefix": prefix,
                    "suffix": suffix,
                    "max_depth": max_depth,
                    "items_only": items_only,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_namespaces(
        self,
        *,
        prefix: str | None = None,
        suffix: str | None = None,
        max_depth: int | None = None,
        items_only: bool | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.NamespacePageNamespaces]:
        """All namespaces that `list_namespaces` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_namespaces(
                prefix=prefix,
                suffix=suffix,
                max_depth=max_depth,
                items_only=items_only,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.namespaces,
        )

    async def get_settings(
        self,
        ns: str,
        *,
        timeout: float | None = None,
    ) -> models.NamespaceSettings:
        """Read a namespace's settings. `GET /v1/namespaces/{ns}/settings`"""
        return await self._answer(
            models.NamespaceSettings,
            Request(
                "GET",
                "/v1/namespaces/{ns}/settings",
                path={"ns": ns},
                timeout=timeout,
            ),
        )

    async def put_settings(
        self,
        ns: str,
        body: inputs.NewNamespaceSettings,
        *,
        if_match: str | int | None = None,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.NamespaceSettings:
        """Replace a namespace's settings. `PUT /v1/namespaces/{ns}/settings`"""
        return await self._answer(
            models.NamespaceSettings,
            Request(
                "PUT",
                "/v1/namespaces/{ns}/settings",
                path={"ns": ns},
                body=body,
                if_match=if_match,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def patch_settings(
        self,
        ns: str,
        body: inputs.NamespaceSettingsPatch,
        *,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.NamespaceSettings:
        """Change some of a namespace's settings. `PATCH /v1/namespaces/{ns}/settings`"""
        return await self._answer(
            models.NamespaceSettings,
            Request(
                "PATCH",
                "/v1/namespaces/{ns}/settings",
                path={"ns": ns},
                body=body,
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def get_usage(
        self,
        ns: str,
        *,
        timeout: float | None = None,
    ) -> models.NamespaceUsage:
        """Read a namespace's usage. `GET /v1/namespaces/{ns}/usage`"""
        return await self._answer(
            models.NamespaceUsage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/usage",
                path={"ns": ns},
                timeout=timeout,
            ),
        )

    async def reveal_pii(
        self,
        ns: str,
        body: inputs.RevealRequest,
        *,
        timeout: float | None = None,
    ) -> models.RevealedTokens:
        """Reveal the originals of tokens. `POST /v1/namespaces/{ns}/pii/reveal`"""
        return await self._answer(
            models.RevealedTokens,
            Request(
                "POST",
                "/v1/namespaces/{ns}/pii/reveal",
                path={"ns": ns},
                body=body,
                timeout=timeout,
            ),
        )

    async def scan_pii(
        self,
        ns: str,
        body: inputs.PiiScanRequest,
        *,
        timeout: float | None = None,
    ) -> models.PiiScan:
        """Scan a namespace's memories for personal data. `POST /v1/namespaces/{ns}/pii/scan`"""
        return await self._answer(
            models.PiiScan,
            Request(
                "POST",
                "/v1/namespaces/{ns}/pii/scan",
                path={"ns": ns},
                body=body,
                timeout=timeout,
            ),
        )

    async def apply_pii(
        self,
        ns: str,
        body: inputs.PiiApplyRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.PiiApplied:
        """Treat what a namespace stores by its settings for personal data."""
        return await self._answer(
            models.PiiApplied,
            Request(
                "POST",
                "/v1/namespaces/{ns}/pii/apply",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def create_memory(
        self,
        ns: str,
        body: inputs.NewMemory,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Store a memory. `POST /v1/namespaces/{ns}/memories`"""
        return await self._answer(
            models.Memory,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_memories(
        self,
        ns: str,
        *,
        memory_type: Sequence[Literal['episodic', 'semantic', 'procedural']] | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        quarantined: bool | None = None,
        superseded: bool | None = None,
        include_archive: bool | None = None,
        order: Literal['asc', 'desc'] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.MemoryPage:
        """List memories. `GET /v1/namespaces/{ns}/memories`"""
        return await self._answer(
            models.MemoryPage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/memories",
                path={"ns": ns},
                query={
                    "memory_type": memory_type,
                    "items_only": items_only,
                    "agent_id": agent_id,
                    "session_id": session_id,
                    "tag": tag,
                    "from": from_,
                    "to": to,
                    "metadata": metadata,
                    "archived": archived,
                    "fact_subject": fact_subject,
                    "fact_predicate": fact_predicate,
                    "fact_object": fact_object,
                    "quarantined": quarantined,
                    "superseded": superseded,
                    "include_archive": include_archive,
                    "order": order,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_memories(
        self,
        ns: str,
        *,
        memory_type: Sequence[Literal['episodic', 'semantic', 'procedural']] | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        quarantined: bool | None = None,
        superseded: bool | None = None,
        include_archive: bool | None = None,
        order: Literal['asc', 'desc'] | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.Memory]:
        """All memories that `list_memories` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_memories(
                ns,
                memory_type=memory_type,
                items_only=items_only,
                agent_id=agent_id,
                session_id=session_id,
                tag=tag,
                from_=from_,
                to=to,
                metadata=metadata,
                archived=archived,
                fact_subject=fact_subject,
                fact_predicate=fact_predicate,
                fact_object=fact_object,
                quarantined=quarantined,
                superseded=superseded,
                include_archive=include_archive,
                order=order,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.memories,
        )

    async def create_memories(
        self,
        ns: str,
        body: inputs.NewMemories,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.CreateMemoriesResult:
        """Store up to 500 memories. `POST /v1/namespaces/{ns}/memories/batch`"""
        return await self._answer(
            models.CreateMemoriesResult,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/batch",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_memories_of_namespaces(
        self,
        *,
        memory_type: Sequence[Literal['episodic', 'semantic', 'procedural']] | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        namespace: str | None = None,
        include_archive: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.MemoryPage:
        """List memories of many namespaces. `GET /v1/list`"""
        return await self._answer(
            models.MemoryPage,
            Request(
                "GET",
                "/v1/list",
                query={
                    "memory_type": memory_type,
                    "items_only": items_only,
                    "agent_id": agent_id,
                    "session_id": session_id,
                    "tag": tag,
                    "from": from_,
                    "to": to,
                    "metadata": metadata,
                    "archived": archived,
                    "fact_subject": fact_subject,
                    "fact_predicate": fact_predicate,
                    "fact_object": fact_object,
                    "namespace": namespace,
                    "include_archive": include_archive,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_memories_of_namespaces(
        self,
        *,
        memory_type: Sequence[Literal['episodic', 'semantic', 'procedural']] | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        namespace: str | None = None,
        include_archive: bool | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.Memory]:
        """All memories that `list_memories_of_namespaces` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_memories_of_namespaces(
                memory_type=memory_type,
                items_only=items_only,
                agent_id=agent_id,
                session_id=session_id,
                tag=tag,
                from_=from_,
                to=to,
                metadata=metadata,
                archived=archived,
                fact_subject=fact_subject,
                fact_predicate=fact_predicate,
                fact_object=fact_object,
                namespace=namespace,
                include_archive=include_archive,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.memories,
        )

    async def get_memory(
        self,
        ns: str,
        id: str,
        *,
        as_of: str | datetime | None = None,
        explain: bool | None = None,
        include_archive: bool | None = None,
        timeout: float | None = None,
    ) -> models.MemoryDetail:
        """Read one memory. `GET /v1/namespaces/{ns}/memories/{id}`"""
        return await self._answer(
            models.MemoryDetail,
            Request(
                "GET",
                "/v1/namespaces/{ns}/memories/{id}",
                path={"ns": ns, "id": id},
                query={
                    "as_of": as_of,
                    "explain": explain,
                    "include_archive": include_archive,
                },
                timeout=timeout,
            ),
        )

    async def update_memory(
        self,
        ns: str,
        id: str,
        body: inputs.MemoryPatch,
        *,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Revise a memory. `PATCH /v1/namespaces/{ns}/memories/{id}`"""
        return await self._answer(
            models.Memory,
            Request(
                "PATCH",
                "/v1/namespaces/{ns}/memories/{id}",
                path={"ns": ns, "id": id},
                body=body,
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def delete_memory(
        self,
        ns: str,
        id: str,
        *,
        derived: Literal['erase', 'keep'] | None = None,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ErasedDerived | None:
        """Delete a memory for good. `DELETE /v1/namespaces/{ns}/memories/{id}`"""
        return await self._perhaps(
            models.ErasedDerived,
            Request(
                "DELETE",
                "/v1/namespaces/{ns}/memories/{id}",
                path={"ns": ns, "id": id},
                query={
                    "derived": derived,
                },
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_memory_versions(
        self,
        ns: str,
        id: str,
        *,
        before: int | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> models.MemoryVersions:
        """List a memory's versions. `GET /v1/namespaces/{ns}/memories/{id}/versions`"""
        return await self._answer(
            models.MemoryVersions,
            Request(
                "GET",
                "/v1/namespaces/{ns}/memories/{id}/versions",
                path={"ns": ns, "id": id},
                query={
                    "before": before,
                    "limit": limit,
                },
                timeout=timeout,
            ),
        )

    async def restore_memory(
        self,
        ns: str,
        id: str,
        body: inputs.RestoreRequest,
        *,
        if_match: str | int | None = None,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Restore an old version. `POST /v1/namespaces/{ns}/memories/{id}/restore`"""
        return await self._answer(
            models.Memory,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/{id}/restore",
                path={"ns": ns, "id": id},
                body=body,
                if_match=if_match,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def add_feedback(
        self,
        ns: str,
        id: str,
        body: inputs.FeedbackRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Give feedback on a memory. `POST /v1/namespaces/{ns}/memories/{id}/feedback`"""
        return await self._answer(
            models.Memory,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/{id}/feedback",
                path={"ns": ns, "id": id},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def release_memory(
        self,
        ns: str,
        id: str,
        body: inputs.ReleaseMemoryInput,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Release a published copy from quarantine."""
        return await self._answer(
            models.Memory,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/{id}/release",
                path={"ns": ns, "id": id},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def publish_memory(
        self,
        ns: str,
        id: str,
        body: inputs.PublishRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Publish a memory to a shared namespace."""
        return await self._answer(
            models.Memory,
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/{id}/publish",
                path={"ns": ns, "id": id},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def unpublish_memory(
        self,
        ns: str,
        id: str,
        body: inputs.UnpublishRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Unpublish a memory. `POST /v1/namespaces/{ns}/memories/{id}/unpublish`"""
        return await self._nothing(
            Request(
                "POST",
                "/v1/namespaces/{ns}/memories/{id}/unpublish",
                path={"ns": ns, "id": id},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def get_stats(
        self,
        ns: str,
        *,
        timeout: float | None = None,
    ) -> models.NamespaceStats:
        """Read a namespace's statistics. `GET /v1/namespaces/{ns}/stats`"""
        return await self._answer(
            models.NamespaceStats,
            Request(
                "GET",
                "/v1/namespaces/{ns}/stats",
                path={"ns": ns},
                timeout=timeout,
            ),
        )

    async def forget_memories(
        self,
        ns: str,
        body: inputs.ForgetRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ForgetResponse:
        """Forget memories by a policy. `POST /v1/namespaces/{ns}/forget`"""
        return await self._answer(
            models.ForgetResponse,
            Request(
                "POST",
                "/v1/namespaces/{ns}/forget",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def start_consolidation(
        self,
        ns: str,
        body: inputs.ConsolidationRequest | None = None,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ConsolidationBegun:
        """Start a consolidation run, or only plan one."""
        return await self._answer(
            models.ConsolidationBegun,
            Request(
                "POST",
                "/v1/namespaces/{ns}/consolidations",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_consolidations(
        self,
        ns: str,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> models.Consolidations:
        """List the latest consolidation runs. `GET /v1/namespaces/{ns}/consolidations`"""
        return await self._answer(
            models.Consolidations,
            Request(
                "GET",
                "/v1/namespaces/{ns}/consolidations",
                path={"ns": ns},
                query={
                    "limit": limit,
                },
                timeout=timeout,
            ),
        )

    async def get_consolidation(
        self,
        ns: str,
        id: str,
        *,
        from_: int | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> models.Consolidation:
        """Read a consolidation run: its plan, progress and results."""
        return await self._answer(
            models.Consolidation,
            Request(
                "GET",
                "/v1/namespaces/{ns}/consolidations/{id}",
                path={"ns": ns, "id": id},
                query={
                    "from": from_,
                    "limit": limit,
                },
                timeout=timeout,
            ),
        )

    async def undo_consolidation(
        self,
        ns: str,
        id: str,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ConsolidationBegun:
        """Undo a consolidation run. `POST /v1/namespaces/{ns}/consolidations/{id}/undo`"""
        return await self._answer(
            models.ConsolidationBegun,
            Request(
                "POST",
                "/v1/namespaces/{ns}/consolidations/{id}/undo",
                path={"ns": ns, "id": id},
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def start_export(
        self,
        body: inputs.NewExport | None = None,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Export:
        """Start an export. `POST /v1/exports`"""
        return await self._answer(
            models.Export,
            Request(
                "POST",
                "/v1/exports",
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def get_export(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.Export:
        """Read the progress of an export. `GET /v1/exports/{id}`"""
        return await self._answer(
            models.Export,
            Request(
                "GET",
                "/v1/exports/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    async def get_export_part(
        self,
        id: str,
        part: str | int,
        *,
        timeout: float | None = None,
    ) -> str:
        """Read a part of an export. `GET /v1/exports/{id}/parts/{part}`"""
        return await self._text(
            Request(
                "GET",
                "/v1/exports/{id}/parts/{part}",
                path={"id": id, "part": part},
                timeout=timeout,
            ),
        )

    async def start_import(
        self,
        body: inputs.NewImport | None = None,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Import:
        """Start an import. `POST /v1/imports`"""
        return await self._answer(
            models.Import,
            Request(
                "POST",
                "/v1/imports",
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def get_import(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.Import:
        """Read the progress and results of an import. `GET /v1/imports/{id}`"""
        return await self._answer(
            models.Import,
            Request(
                "GET",
                "/v1/imports/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    async def put_import_part(
        self,
        id: str,
        part: str | int,
        body: bytes,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Import:
        """Send a part of a file to an import. `PUT /v1/imports/{id}/parts/{part}`"""
        return await self._answer(
            models.Import,
            Request(
                "PUT",
                "/v1/imports/{id}/parts/{part}",
                path={"id": id, "part": part},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def restore_archived_memories(
        self,
        ns: str,
        body: inputs.ArchiveRestoreRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ArchiveRestore:
        """Restore memories from the archive. `POST /v1/namespaces/{ns}/archive/restore`"""
        return await self._answer(
            models.ArchiveRestore,
            Request(
                "POST",
                "/v1/namespaces/{ns}/archive/restore",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def start_embedding_migration(
        self,
        body: inputs.NewEmbeddingMigration | None = None,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.EmbeddingMigration:
        """Change the embedding model. `POST /v1/embedding-migrations`"""
        return await self._answer(
            models.EmbeddingMigration,
            Request(
                "POST",
                "/v1/embedding-migrations",
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def get_embedding_models(
        self,
        *,
        timeout: float | None = None,
    ) -> models.EmbeddingModels:
        """Read the embedding models and the latest migration. `GET /v1/embedding-migrations`"""
        return await self._answer(
            models.EmbeddingModels,
            Request(
                "GET",
                "/v1/embedding-migrations",
                timeout=timeout,
            ),
        )

    async def get_embedding_migration(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.EmbeddingMigration:
        """Read the progress of a change of the embedding model."""
        return await self._answer(
            models.EmbeddingMigration,
            Request(
                "GET",
                "/v1/embedding-migrations/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    async def step_embedding_migration(
        self,
        id: str,
        body: inputs.EmbeddingMigrationStep,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.EmbeddingMigration:
        """Switch, roll back, finish or cancel an embedding migration."""
        return await self._answer(
            models.EmbeddingMigration,
            Request(
                "POST",
                "/v1/embedding-migrations/{id}/steps",
                path={"id": id},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def start_erasure(
        self,
        body: inputs.NewErasure,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Erasure:
        """Start an erasure. `POST /v1/erasures`"""
        return await self._answer(
            models.Erasure,
            Request(
                "POST",
                "/v1/erasures",
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_erasures(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.ErasurePage:
        """List erasures. `GET /v1/erasures`"""
        return await self._answer(
            models.ErasurePage,
            Request(
                "GET",
                "/v1/erasures",
                query={
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_erasures(
        self,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.Erasure]:
        """All erasures that `list_erasures` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_erasures(
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.erasures,
        )

    async def get_erasure(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.Erasure:
        """Read the progress of an erasure, and its certificate. `GET /v1/erasures/{id}`"""
        return await self._answer(
            models.Erasure,
            Request(
                "GET",
                "/v1/erasures/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    async def put_item(
        self,
        ns: str,
        key: str,
        body: inputs.NewItem,
        *,
        if_match: str | int | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Memory:
        """Put a memory under a key. `PUT /v1/namespaces/{ns}/items/{key}`"""
        return await self._answer(
            models.Memory,
            Request(
                "PUT",
                "/v1/namespaces/{ns}/items/{key}",
                path={"ns": ns, "key": key},
                body=body,
                if_match=if_match,
                if_none_match=if_none_match,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def get_item(
        self,
        ns: str,
        key: str,
        *,
        timeout: float | None = None,
    ) -> models.MemoryDetail:
        """Read a memory by its key. `GET /v1/namespaces/{ns}/items/{key}`"""
        return await self._answer(
            models.MemoryDetail,
            Request(
                "GET",
                "/v1/namespaces/{ns}/items/{key}",
                path={"ns": ns, "key": key},
                timeout=timeout,
            ),
        )

    async def delete_item(
        self,
        ns: str,
        key: str,
        *,
        derived: Literal['erase', 'keep'] | None = None,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ErasedDerived | None:
        """Delete a memory by its key. `DELETE /v1/namespaces/{ns}/items/{key}`"""
        return await self._perhaps(
            models.ErasedDerived,
            Request(
                "DELETE",
                "/v1/namespaces/{ns}/items/{key}",
                path={"ns": ns, "key": key},
                query={
                    "derived": derived,
                },
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def capture_interaction(
        self,
        ns: str,
        body: inputs.NewInteraction,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.MemoryDetail:
        """Capture an interaction. `POST /v1/namespaces/{ns}/interactions`"""
        return await self._answer(
            models.MemoryDetail,
            Request(
                "POST",
                "/v1/namespaces/{ns}/interactions",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_entities(
        self,
        ns: str,
        *,
        prefix: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.EntityPage:
        """List entity names. `GET /v1/namespaces/{ns}/entities`"""
        return await self._answer(
            models.EntityPage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/entities",
                path={"ns": ns},
                query={
                    "prefix": prefix,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_entities(
        self,
        ns: str,
        *,
        prefix: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.EntityPageEntities]:
        """All entities that `list_entities` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_entities(
                ns,
                prefix=prefix,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.entities,
        )

    async def get_entity(
        self,
        ns: str,
        entity: str,
        *,
        as_of: str | datetime | None = None,
        valid_at: str | None = None,
        min_trust: float | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.EntityFacts:
        """Read an entity and its facts. `GET /v1/namespaces/{ns}/entities/{entity}`"""
        return await self._answer(
            models.EntityFacts,
            Request(
                "GET",
                "/v1/namespaces/{ns}/entities/{entity}",
                path={"ns": ns, "entity": entity},
                query={
                    "as_of": as_of,
                    "valid_at": valid_at,
                    "min_trust": min_trust,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    async def put_entity_aliases(
        self,
        ns: str,
        entity: str,
        body: inputs.NewAliases,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Entity:
        """Set an entity's aliases. `PUT /v1/namespaces/{ns}/entities/{entity}`"""
        return await self._answer(
            models.Entity,
            Request(
                "PUT",
                "/v1/namespaces/{ns}/entities/{entity}",
                path={"ns": ns, "entity": entity},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_neighbors(
        self,
        ns: str,
        entity: str,
        *,
        hops: int | None = None,
        predicate: Sequence[str] | None = None,
        as_of: str | datetime | None = None,
        valid_at: str | None = None,
        min_trust: float | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> models.Neighbors:
        """List an entity's neighbours. `GET /v1/namespaces/{ns}/entities/{entity}/neighbors`"""
        return await self._answer(
            models.Neighbors,
            Request(
                "GET",
                "/v1/namespaces/{ns}/entities/{entity}/neighbors",
                path={"ns": ns, "entity": entity},
                query={
                    "hops": hops,
                    "predicate": predicate,
                    "as_of": as_of,
                    "valid_at": valid_at,
                    "min_trust": min_trust,
                    "limit": limit,
                },
                timeout=timeout,
            ),
        )

    async def merge_entity(
        self,
        ns: str,
        entity: str,
        body: inputs.MergeRequest,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.Entity:
        """Merge two entities. `POST /v1/namespaces/{ns}/entities/{entity}/merge`"""
        return await self._answer(
            models.Entity,
            Request(
                "POST",
                "/v1/namespaces/{ns}/entities/{entity}/merge",
                path={"ns": ns, "entity": entity},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def get_profile(
        self,
        ns: str,
        subject: str,
        *,
        namespaces: Sequence[str] | None = None,
        valid_at: str | datetime | None = None,
        min_trust: float | None = None,
        token_budget: int | None = None,
        timeout: float | None = None,
    ) -> models.Profile:
        """Read a subject's profile. `GET /v1/namespaces/{ns}/profiles/{subject}`"""
        return await self._answer(
            models.Profile,
            Request(
                "GET",
                "/v1/namespaces/{ns}/profiles/{subject}",
                path={"ns": ns, "subject": subject},
                query={
                    "namespaces": namespaces,
                    "valid_at": valid_at,
                    "min_trust": min_trust,
                    "token_budget": token_budget,
                },
                timeout=timeout,
            ),
        )

    async def recall(
        self,
        body: inputs.RecallRequest,
        *,
        timeout: float | None = None,
    ) -> models.RecallResponse:
        """Recall memories. `POST /v1/recall`"""
        return await self._answer(
            models.RecallResponse,
            Request(
                "POST",
                "/v1/recall",
                body=body,
                timeout=timeout,
            ),
        )

    async def list_agents(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.AgentPage:
        """List agents with verdicts. `GET /v1/agents`"""
        return await self._answer(
            models.AgentPage,
            Request(
                "GET",
                "/v1/agents",
                query={
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_agents(
        self,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.Agent]:
        """All agents that `list_agents` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_agents(
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.agents,
        )

    async def get_agent(
        self,
        id: str,
        *,
        namespace: str | None = None,
        timeout: float | None = None,
    ) -> models.Agent:
        """Read an agent's accuracy. `GET /v1/agents/{id}`"""
        return await self._answer(
            models.Agent,
            Request(
                "GET",
                "/v1/agents/{id}",
                path={"id": id},
                query={
                    "namespace": namespace,
                },
                timeout=timeout,
            ),
        )

    async def append_messages(
        self,
        ns: str,
        sid: str,
        body: inputs.NewMessages,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.AppendedMessages:
        """Append messages to a session. `POST /v1/namespaces/{ns}/sessions/{sid}/messages`"""
        return await self._answer(
            models.AppendedMessages,
            Request(
                "POST",
                "/v1/namespaces/{ns}/sessions/{sid}/messages",
                path={"ns": ns, "sid": sid},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_messages(
        self,
        ns: str,
        sid: str,
        *,
        limit: int | None = None,
        before: int | None = None,
        after: int | None = None,
        timeout: float | None = None,
    ) -> models.Messages:
        """Read a session's messages. `GET /v1/namespaces/{ns}/sessions/{sid}/messages`"""
        return await self._answer(
            models.Messages,
            Request(
                "GET",
                "/v1/namespaces/{ns}/sessions/{sid}/messages",
                path={"ns": ns, "sid": sid},
                query={
                    "limit": limit,
                    "before": before,
                    "after": after,
                },
                timeout=timeout,
            ),
        )

    async def get_context(
        self,
        ns: str,
        sid: str,
        *,
        query: str | None = None,
        token_budget: int | None = None,
        budget_ms: int | None = None,
        namespace: Sequence[str] | None = None,
        limit: int | None = None,
        min_trust: float | None = None,
        context_turns: int | None = None,
        rerank_depth: int | None = None,
        min_relevance: float | None = None,
        touch: bool | None = None,
        receipt: bool | None = None,
        subject: str | None = None,
        items_only: bool | None = None,
        agent_id: Sequence[str] | None = None,
        session_id: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        metadata: str | Mapping[str, Any] | None = None,
        archived: bool | None = None,
        fact_subject: Sequence[str] | None = None,
        fact_predicate: Sequence[str] | None = None,
        fact_object: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> models.SessionContext:
        """Build a model's context from a session."""
        return await self._answer(
            models.SessionContext,
            Request(
                "GET",
                "/v1/namespaces/{ns}/sessions/{sid}/context",
                path={"ns": ns, "sid": sid},
                query={
                    "query": query,
                    "token_budget": token_budget,
                    "budget_ms": budget_ms,
                    "namespace": namespace,
                    "limit": limit,
                    "min_trust": min_trust,
                    "context_turns": context_turns,
                    "rerank_depth": rerank_depth,
                    "min_relevance": min_relevance,
                    "touch": touch,
                    "receipt": receipt,
                    "subject": subject,
                    "items_only": items_only,
                    "agent_id": agent_id,
                    "session_id": session_id,
                    "tag": tag,
                    "from": from_,
                    "to": to,
                    "metadata": metadata,
                    "archived": archived,
                    "fact_subject": fact_subject,
                    "fact_predicate": fact_predicate,
                    "fact_object": fact_object,
                },
                timeout=timeout,
            ),
        )

    async def list_sessions(
        self,
        ns: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.SessionPage:
        """List a namespace's sessions. `GET /v1/namespaces/{ns}/sessions`"""
        return await self._answer(
            models.SessionPage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/sessions",
                path={"ns": ns},
                query={
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_sessions(
        self,
        ns: str,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.Session]:
        """All sessions that `list_sessions` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_sessions(
                ns,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.sessions,
        )

    async def get_session(
        self,
        ns: str,
        sid: str,
        *,
        timeout: float | None = None,
    ) -> models.Session:
        """Read a session. `GET /v1/namespaces/{ns}/sessions/{sid}`"""
        return await self._answer(
            models.Session,
            Request(
                "GET",
                "/v1/namespaces/{ns}/sessions/{sid}",
                path={"ns": ns, "sid": sid},
                timeout=timeout,
            ),
        )

    async def delete_session(
        self,
        ns: str,
        sid: str,
        *,
        derived: Literal['erase', 'keep'] | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.ErasedDerived | None:
        """Delete a session. `DELETE /v1/namespaces/{ns}/sessions/{sid}`"""
        return await self._perhaps(
            models.ErasedDerived,
            Request(
                "DELETE",
                "/v1/namespaces/{ns}/sessions/{sid}",
                path={"ns": ns, "sid": sid},
                query={
                    "derived": derived,
                },
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_receipts(
        self,
        ns: str,
        *,
        agent_id: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.ReceiptPage:
        """List the receipts of a namespace. `GET /v1/namespaces/{ns}/receipts`"""
        return await self._answer(
            models.ReceiptPage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/receipts",
                path={"ns": ns},
                query={
                    "agent_id": agent_id,
                    "from": from_,
                    "to": to,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_receipts(
        self,
        ns: str,
        *,
        agent_id: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.ListedReceipt]:
        """All receipts that `list_receipts` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_receipts(
                ns,
                agent_id=agent_id,
                from_=from_,
                to=to,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.receipts,
        )

    async def get_receipt(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.Receipt:
        """Read the receipt of a recall. `GET /v1/receipts/{id}`"""
        return await self._answer(
            models.Receipt,
            Request(
                "GET",
                "/v1/receipts/{id}",
                path={"id": id},
                timeout=timeout,
            ),
        )

    async def replay_receipt(
        self,
        id: str,
        *,
        timeout: float | None = None,
    ) -> models.Replay:
        """Replay a receipt. `POST /v1/receipts/{id}/replay`"""
        return await self._answer(
            models.Replay,
            Request(
                "POST",
                "/v1/receipts/{id}/replay",
                path={"id": id},
                timeout=timeout,
            ),
        )

    async def list_threads(
        self,
        *,
        namespace: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.ThreadPage:
        """List LangGraph threads. `GET /v1/threads`"""
        return await self._answer(
            models.ThreadPage,
            Request(
                "GET",
                "/v1/threads",
                query={
                    "namespace": namespace,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_threads(
        self,
        *,
        namespace: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.ThreadPageThreads]:
        """All threads that `list_threads` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_threads(
                namespace=namespace,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.threads,
        )

    async def get_thread(
        self,
        id: str,
        *,
        namespace: str | None = None,
        timeout: float | None = None,
    ) -> models.Thread:
        """Read a thread. `GET /v1/threads/{id}`"""
        return await self._answer(
            models.Thread,
            Request(
                "GET",
                "/v1/threads/{id}",
                path={"id": id},
                query={
                    "namespace": namespace,
                },
                timeout=timeout,
            ),
        )

    async def delete_thread(
        self,
        id: str,
        *,
        namespace: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Delete a thread. `DELETE /v1/threads/{id}`"""
        return await self._nothing(
            Request(
                "DELETE",
                "/v1/threads/{id}",
                path={"id": id},
                query={
                    "namespace": namespace,
                },
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_checkpoints(
        self,
        id: str,
        *,
        namespace: str | None = None,
        checkpoint_ns: str | None = None,
        before: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> models.CheckpointPage:
        """List a thread's checkpoints. `GET /v1/threads/{id}/checkpoints`"""
        return await self._answer(
            models.CheckpointPage,
            Request(
                "GET",
                "/v1/threads/{id}/checkpoints",
                path={"id": id},
                query={
                    "namespace": namespace,
                    "checkpoint_ns": checkpoint_ns,
                    "before": before,
                    "limit": limit,
                },
                timeout=timeout,
            ),
        )

    async def query_audit(
        self,
        *,
        namespace: str | None = None,
        agent: str | None = None,
        key_id: str | None = None,
        id: str | None = None,
        verb: Sequence[Literal['remember', 'capture', 'read', 'list', 'recall', 'receipt.read', 'receipt.list', 'receipt.replay', 'revise', 'delete', 'versions', 'restore', 'archive', 'archive.restore', 'reinstate', 'feedback', 'release', 'forget', 'stats', 'entity.get', 'entity.list', 'entity.put', 'entity.merge', 'neighbors', 'profile', 'item.put', 'item.get', 'item.delete', 'publish', 'unpublish', 'state.get', 'state.put', 'state.patch', 'state.delete', 'state.transact', 'state.list', 'state.history', 'state.watch', 'session.append', 'session.read', 'session.list', 'session.delete', 'session.context', 'session.promote', 'consolidate', 'consolidation.read', 'consolidation.list', 'consolidation.undo', 'settings.get', 'settings.put', 'settings.patch', 'usage.get', 'namespace.list', 'namespace.delete', 'export', 'import', 'import.memory', 'import.session', 'import.state', 'erasure', 'erasure.audit', 'erasure.read', 'erasure.list', 'embedding.read', 'embedding.migrate', 'thread.list', 'thread.read', 'thread.delete', 'key.create', 'key.list', 'key.revoke', 'key.open', 'agent.read', 'agent.list', 'pii.reveal', 'pii.scan', 'pii.apply', 'audit.read', 'access', 'replay']] | None = None,
        outcome: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        order: Literal['asc', 'desc'] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.AuditPage:
        """Read the audit trail. `GET /v1/audit`"""
        return await self._answer(
            models.AuditPage,
            Request(
                "GET",
                "/v1/audit",
                query={
                    "namespace": namespace,
                    "agent": agent,
                    "key_id": key_id,
                    "id": id,
                    "verb": verb,
                    "outcome": outcome,
                    "from": from_,
                    "to": to,
                    "order": order,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_audit(
        self,
        *,
        namespace: str | None = None,
        agent: str | None = None,
        key_id: str | None = None,
        id: str | None = None,
        verb: Sequence[Literal['remember', 'capture', 'read', 'list', 'recall', 'receipt.read', 'receipt.list', 'receipt.replay', 'revise', 'delete', 'versions', 'restore', 'archive', 'archive.restore', 'reinstate', 'feedback', 'release', 'forget', 'stats', 'entity.get', 'entity.list', 'entity.put', 'entity.merge', 'neighbors', 'profile', 'item.put', 'item.get', 'item.delete', 'publish', 'unpublish', 'state.get', 'state.put', 'state.patch', 'state.delete', 'state.transact', 'state.list', 'state.history', 'state.watch', 'session.append', 'session.read', 'session.list', 'session.delete', 'session.context', 'session.promote', 'consolidate', 'consolidation.read', 'consolidation.list', 'consolidation.undo', 'settings.get', 'settings.put', 'settings.patch', 'usage.get', 'namespace.list', 'namespace.delete', 'export', 'import', 'import.memory', 'import.session', 'import.state', 'erasure', 'erasure.audit', 'erasure.read', 'erasure.list', 'embedding.read', 'embedding.migrate', 'thread.list', 'thread.read', 'thread.delete', 'key.create', 'key.list', 'key.revoke', 'key.open', 'agent.read', 'agent.list', 'pii.reveal', 'pii.scan', 'pii.apply', 'audit.read', 'access', 'replay']] | None = None,
        outcome: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        order: Literal['asc', 'desc'] | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.AuditEntry]:
        """All entries that `query_audit` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.query_audit(
                namespace=namespace,
                agent=agent,
                key_id=key_id,
                id=id,
                verb=verb,
                outcome=outcome,
                from_=from_,
                to=to,
                order=order,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.entries,
        )

    async def export_audit(
        self,
        *,
        namespace: str | None = None,
        agent: str | None = None,
        key_id: str | None = None,
        id: str | None = None,
        verb: Sequence[Literal['remember', 'capture', 'read', 'list', 'recall', 'receipt.read', 'receipt.list', 'receipt.replay', 'revise', 'delete', 'versions', 'restore', 'archive', 'archive.restore', 'reinstate', 'feedback', 'release', 'forget', 'stats', 'entity.get', 'entity.list', 'entity.put', 'entity.merge', 'neighbors', 'profile', 'item.put', 'item.get', 'item.delete', 'publish', 'unpublish', 'state.get', 'state.put', 'state.patch', 'state.delete', 'state.transact', 'state.list', 'state.history', 'state.watch', 'session.append', 'session.read', 'session.list', 'session.delete', 'session.context', 'session.promote', 'consolidate', 'consolidation.read', 'consolidation.list', 'consolidation.undo', 'settings.get', 'settings.put', 'settings.patch', 'usage.get', 'namespace.list', 'namespace.delete', 'export', 'import', 'import.memory', 'import.session', 'import.state', 'erasure', 'erasure.audit', 'erasure.read', 'erasure.list', 'embedding.read', 'embedding.migrate', 'thread.list', 'thread.read', 'thread.delete', 'key.create', 'key.list', 'key.revoke', 'key.open', 'agent.read', 'agent.list', 'pii.reveal', 'pii.scan', 'pii.apply', 'audit.read', 'access', 'replay']] | None = None,
        outcome: Sequence[str] | None = None,
        from_: str | datetime | None = None,
        to: str | datetime | None = None,
        timeout: float | None = None,
    ) -> str:
        """Export the audit trail. `GET /v1/audit/export`"""
        return await self._text(
            Request(
                "GET",
                "/v1/audit/export",
                query={
                    "namespace": namespace,
                    "agent": agent,
                    "key_id": key_id,
                    "id": id,
                    "verb": verb,
                    "outcome": outcome,
                    "from": from_,
                    "to": to,
                },
                timeout=timeout,
            ),
        )

    async def get_state(
        self,
        ns: str,
        key: str,
        *,
        path: str | None = None,
        as_of: str | datetime | None = None,
        timeout: float | None = None,
    ) -> models.State:
        """Read state. `GET /v1/namespaces/{ns}/state/{key}`"""
        return await self._answer(
            models.State,
            Request(
                "GET",
                "/v1/namespaces/{ns}/state/{key}",
                path={"ns": ns, "key": key},
                query={
                    "path": path,
                    "as_of": as_of,
                },
                timeout=timeout,
            ),
        )

    async def put_state(
        self,
        ns: str,
        key: str,
        body: inputs.PutState,
        *,
        if_match: str | int | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.WrittenState | None:
        """Write state. `PUT /v1/namespaces/{ns}/state/{key}`"""
        return await self._perhaps(
            models.WrittenState,
            Request(
                "PUT",
                "/v1/namespaces/{ns}/state/{key}",
                path={"ns": ns, "key": key},
                body=body,
                if_match=if_match,
                if_none_match=if_none_match,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def patch_state(
        self,
        ns: str,
        key: str,
        body: Any,
        *,
        ttl_seconds: int | None = None,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.WrittenState:
        """Change state by a JSON merge patch. `PATCH /v1/namespaces/{ns}/state/{key}`"""
        return await self._answer(
            models.WrittenState,
            Request(
                "PATCH",
                "/v1/namespaces/{ns}/state/{key}",
                path={"ns": ns, "key": key},
                query={
                    "ttl_seconds": ttl_seconds,
                },
                body=body,
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def delete_state(
        self,
        ns: str,
        key: str,
        *,
        if_match: str | int | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Delete state. `DELETE /v1/namespaces/{ns}/state/{key}`"""
        return await self._nothing(
            Request(
                "DELETE",
                "/v1/namespaces/{ns}/state/{key}",
                path={"ns": ns, "key": key},
                if_match=if_match,
                durable=durable,
                timeout=timeout,
            ),
        )

    async def list_state(
        self,
        ns: str,
        *,
        prefix: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.StatePage:
        """List state documents. `GET /v1/namespaces/{ns}/state`"""
        return await self._answer(
            models.StatePage,
            Request(
                "GET",
                "/v1/namespaces/{ns}/state",
                path={"ns": ns},
                query={
                    "prefix": prefix,
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_state(
        self,
        ns: str,
        *,
        prefix: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.ListedState]:
        """All documents that `list_state` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_state(
                ns,
                prefix=prefix,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.documents,
        )

    async def list_state_versions(
        self,
        ns: str,
        key: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
    ) -> models.StateHistory:
        """List the versions of state. `GET /v1/namespaces/{ns}/state/{key}/history`"""
        return await self._answer(
            models.StateHistory,
            Request(
                "GET",
                "/v1/namespaces/{ns}/state/{key}/history",
                path={"ns": ns, "key": key},
                query={
                    "limit": limit,
                    "cursor": cursor,
                },
                timeout=timeout,
            ),
        )

    def iter_state_versions(
        self,
        ns: str,
        key: str,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.StateVersion]:
        """All versions that `list_state_versions` lists, page by page; `limit` is of a page."""
        return each_async(
            lambda cursor: self.list_state_versions(
                ns,
                key,
                limit=limit,
                cursor=cursor,
                timeout=timeout,
            ),
            lambda page: page.versions,
        )

    async def run_state_transaction(
        self,
        ns: str,
        body: inputs.StateTransaction,
        *,
        idempotency_key: str | None = None,
        durable: bool = False,
        timeout: float | None = None,
    ) -> models.StateTransactionResults | None:
        """Change up to 64 state documents in one transaction."""
        return await self._perhaps(
            models.StateTransactionResults,
            Request(
                "POST",
                "/v1/namespaces/{ns}/state-transactions",
                path={"ns": ns},
                body=body,
                idempotency_key=idempotency_key,
                durable=durable,
                timeout=timeout,
            ),
        )

    def watch_state(
        self,
        ns: str,
        *,
        prefix: str | None = None,
        last_event_id: str | None = None,
    ) -> AsyncIterator[ServerSentEvent]:
        """Follow changes of state. `GET /v1/namespaces/{ns}/state-changes`"""
        return self._events(
            Request(
                "GET",
                "/v1/namespaces/{ns}/state-changes",
                path={"ns": ns},
                query={
                    "prefix": prefix,
                },
                last_event_id=last_event_id,
            ),
        )
