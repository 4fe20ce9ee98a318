import type { Found, Sought } from "./found.js";

/** Nothing of a token precedes it: so a long run of such characters begins one match, not one at each place. */
const START = "(?<![A-Za-z0-9_-])";
const END = "(?![A-Za-z0-9_-])";
const key = (pattern: string): RegExp => new RegExp(START + pattern + END, "g");

/** Formats of keys that their providers publish. */
const FORMATS: readonly RegExp[] = [
  // AWS
  key("(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"),
  // GitHub, GitLab
  key("gh[pousr]_[A-Za-z0-9]{36,255}"),
  key("github_pat_[A-Za-z0-9_]{22,255}"),
  key("gl(?:pat|dt|rt|ptt|agent)-[A-Za-z0-9_-]{20,255}"),
  // OpenAI, Anthropic and others
  key("sk-[A-Za-z0-9_-]{20,255}"),
  // Slack
  key("xox[abeoprs]-[A-Za-z0-9-]{10,255}"),
  key("xapp-\\d-[A-Za-z0-9-]{10,255}"),
  /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_-]{20,128}/g,
  // Google
  key("AIza[A-Za-z0-9_-]{35}"),
  key("ya29\\.[A-Za-z0-9_-]{20,512}"),
  key("GOCSPX-[A-Za-z0-9_-]{28}"),
  // Stripe
  key("[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}"),
  key("whsec_[A-Za-z0-9+/]{32,128}"),
  // Twilio, SendGrid, Mailgun
  key("SK[0-9a-f]{32}"),
  key("SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}"),
  key("key-[0-9a-f]{32}"),
  // npm, PyPI, Hugging Face, Docker, DigitalOcean, Databricks, Shopify, Telegram
  key("npm_[A-Za-z0-9]{36}"),
  key("pypi-[A-Za-z0-9_-]{50,512}"),
  key("hf_[A-Za-z0-9]{34,64}"),
  key("dckr_pat_[A-Za-z0-9_-]{27}"),
  key("do[opr]_v1_[0-9a-f]{64}"),
  key("dapi[0-9a-f]{32}(?:-\\d)?"),
  key("shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
  key("\\d{8,10}:AA[A-Za-z0-9_-]{33}"),
  // Azure
  /(?<=AccountKey=)[A-Za-z0-9+/]{86}==/g,
  // mneme
  key("mn_[0-9A-HJKMNP-TV-Z]{26}_[A-Za-z0-9_-]{43}"),
  // JSON web tokens
  key("eyJ[A-Za-z0-9_-]{8,4096}\\.eyJ[A-Za-z0-9_-]{8,16384}\\.[A-Za-z0-9_-]{8,4096}"),
  // A header with a token
  /(?<=\bBearer )[A-Za-z0-9._~+/-]{20,4096}={0,2}/g,
  // The password of a URL
  /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{0,64}:)[^\s@/]{3,128}(?=@)/g,
];

const BLOCK = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const BLOCK_END = "-----END ";

/** Words after which a text that looks random is a secret. */
const NAMED =
  /\b(?:password|passwd|passphrase|passwort|pwd|secret|token|credentials?|api[ _-]?key|access[ _-]?key|private[ _-]?key|secret[ _-]?key|auth[ _-]?key|signing[ _-]?key|client[ _-]?secret|connection[ _-]?string)\b["'`]?(?:\s{1,3}(?:is|was|are|to|ist|lautet)\b)?\s{0,3}(?:=>|[:=]{1,2})?\s{0,3}["'`]?/giu;
const VALUE = /[^\s"'`,;<>()[\]{}]{6,256}/y;
/** The same words as parts of a name: `db_password`, `accessToken`. */
const LABEL = /(?:passw|pwd|passphrase|secret|token|credential|api_?-?key|access_?-?key|private_?-?key)/i;
const LABEL_WITH_WORDS =
  /(?:count|limit|budget|usage|max|min|used|type|name|length|expir|url|uri|hint|policy)/i;

/** Keys by their formats, private keys in PEM, and what looks random beside a word such as "password". */
export function findSecrets(sought: Sought): Found[] {
  const { text } = sought;
  const found = [...findFormats(text), ...findBlocks(text), ...findNamed(text)];
  if (isLabelled(sought)) found.push(secret(text, 0, text.length));
  return found;
}

const secret = (text: string, start: number, end: number): Found => ({
  kind: "secret",
  start,
  end,
  value: text.slice(start, end),
});

function findFormats(text: string): Found[] {
  return FORMATS.flatMap((format) =>
    [...text.matchAll(format)].map(({ index, 0: written }) => secret(text, index, index + written.length)),
  );
}

function findBlocks(text: string): Found[] {
  const found: Found[] = [];
  let closed = 0;
  for (const { index, 0: begin } of text.matchAll(BLOCK)) {
    if (index < closed) continue;
    // Looked for once: without an end, the rest of the text belongs to the key.
    const ending = text.indexOf(BLOCK_END, index + begin.length);
    const dashes = ending < 0 ? -1 : text.indexOf("-----", ending + BLOCK_END.length);
    closed = dashes < 0 ? text.length : dashes + 5;
    found.push(secret(text, index, closed));
  }
  return found;
}

function findNamed(text: string): Found[] {
  const found: Found[] = [];
  for (const { index, 0: named } of text.matchAll(NAMED)) {
    const start = index + named.length;
    VALUE.lastIndex = start;
    const [value] = VALUE.exec(text) ?? [];
    const written = value?.replace(/[.!?:]+$/, "") ?? "";
    if (looksRandom(written)) found.push(secret(text, start, start + written.length));
  }
  return found;
}

/** A field named like a secret holds one, if it is one piece. */
function isLabelled({ text, label }: Sought): boolean {
  return (
    LABEL.test(label) &&
    !LABEL_WITH_WORDS.test(label) &&
    text.length >= 6 &&
    text.length <= 512 &&
    !/\s/.test(text) &&
    looksRandom(text.slice(0, 256))
  );
}

/**
 * Whether a text is no word: letters with digits or signs among them, and as varied as random text is. A path, a date
 * and a version are no secrets.
 */
function looksRandom(text: string): boolean {
  if (text.length < 6 || !/\p{L}/u.test(text)) return false;
  if (/^(?:[a-z]+:\/\/|\/|\.\.?\/)/i.test(text)) return false;
  const classes = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((each) => each.test(text)).length;
  // "multi-factor" and "Required" are words; a long text without digits must be mixed.
  const mixed = /\d/.test(text)
    ? classes >= 2
    : classes >= 3 || (text.length >= 20 && classes === 2 && !/[-_ ]/.test(text));
  return mixed && entropyOf(text) >= Math.min(3, Math.log2(text.length) * 0.75);
}

/** Bits per character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
