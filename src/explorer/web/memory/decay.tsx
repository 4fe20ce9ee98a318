import { minute, span } from "../base/format.js";
import type { Schemas } from "../base/service.js";
import { When } from "../parts/when.js";

type Expiry = Schemas["Expiry"];

const REASONS: Readonly<Record<Expiry["reason"], string>> = {
  never: "It has no end: no time to live is set for it.",
  pinned: "It is pinned, so it has no end, and no policy deletes it.",
  ttl: "Its writer set how long it lives. Neither importance nor use changes that.",
  type: "Its type has a time to live, which its importance scales. Use will prolong it.",
  decay: "Use has prolonged its life.",
  seen: "It was written again, and lives as long as the longer of both.",
  origin: "It is a copy, and lives as long as its origin.",
};

interface DecayProps {
  readonly expiry: Expiry;
  readonly expiresAt: string | null;
  readonly recordedAt: string;
}

/** How a memory fades if it isn't used, until its end. */
export function Decay({ expiry, expiresAt, recordedAt }: DecayProps) {
  return (
    <>
      <p>{REASONS[expiry.reason]}</p>
      {expiresAt !== null && <Curve expiry={expiry} expiresAt={expiresAt} recordedAt={recordedAt} />}
      <dl class="facts">
        <div>
          <dt>Ends</dt>
          <dd>
            <When time={expiresAt} exact />
          </dd>
        </div>
        <div>
          <dt>Uses</dt>
          <dd>
            {expiry.uses}, last <When time={expiry.last_used_at} />
          </dd>
        </div>
        {expiry.life_seconds !== null && (
          <div>
            <dt>Life without use</dt>
            <dd>{span(expiry.life_seconds)}</dd>
          </div>
        )}
        {expiry.half_life_seconds !== null && (
          <div>
            <dt>Half-life now</dt>
            <dd>{span(expiry.half_life_seconds)}</dd>
          </div>
        )}
        {expiry.latest !== null && (
          <div>
            <dt>At the latest</dt>
            <dd>{minute(expiry.latest)}</dd>
          </div>
        )}
        <div>
          <dt>Importance</dt>
          <dd>{expiry.importance}</dd>
        </div>
      </dl>
    </>
  );
}

const [WIDTH, HEIGHT] = [560, 120];
const POINTS = 60;

/** Retention `2^(-unused / half-life)`, which falls to a half at the end of a decaying memory. */
function Curve({
  expiry,
  expiresAt,
  recordedAt,
}: Omit<DecayProps, "expiresAt"> & { readonly expiresAt: string }) {
  const end = Date.parse(expiresAt);
  const halfLife = (expiry.half_life_seconds ?? 0) * 1000;
  // A decaying memory ends one half-life after it was as good as new.
  const start =
    halfLife > 0 ? Math.min(end - halfLife, Date.now()) : Date.parse(expiry.last_used_at ?? recordedAt);
  const fades = halfLife > 0;
  const width = Math.max(1, end - start);
  const retention = (time: number): number => (fades ? 2 ** (-(time - start) / halfLife) : 1);
  const x = (time: number): number => (WIDTH * (time - start)) / width;
  const y = (value: number): number => HEIGHT - 8 - (HEIGHT - 20) * value;
  const line = Array.from({ length: POINTS + 1 }, (_, index) => {
    const time = start + (width * index) / POINTS;
    return `${x(time).toFixed(1)},${y(retention(time)).toFixed(1)}`;
  });
  const now = Math.min(end, Math.max(start, Date.now()));
  const left = span(Math.max(0, (end - Date.now()) / 1000));
  return (
    <figure class="curve">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`It ends in ${left} unless it is used before.`}
      >
        <polyline class="curve-area" points={`0,${y(0)} ${line.join(" ")} ${WIDTH},${y(0)}`} />
        <polyline class="curve-line" points={line.join(" ")} />
        <line class="curve-now" x1={x(now)} x2={x(now)} y1={8} y2={y(0)} />
        <circle class="curve-dot" cx={x(now)} cy={y(retention(now))} r={4} />
      </svg>
      <figcaption>
        <span>{fades ? `retention ${retention(now).toFixed(2)} now` : "fixed lifetime"}</span>
        <span>ends in {left}</span>
      </figcaption>
    </figure>
  );
}
