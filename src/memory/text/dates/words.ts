import { MONTH_NAMES, SHORT_MONTH_NAMES, WEEKDAY_NAMES } from "./names.js";

/** Words that name a time or ask for an order, by language. All lower case. */

/** A name of a month, and the languages that have it for this month. */
export interface MonthName {
  readonly month: number;
  readonly languages: ReadonlySet<string>;
}

/** Months by their names. One that two languages have for different months is the first one's. */
function monthsOf(lists: Readonly<Record<string, string>>): ReadonlyMap<string, MonthName> {
  const names = new Map<string, { readonly month: number; readonly languages: Set<string> }>();
  for (const [language, list] of Object.entries(lists)) {
    for (const [month, forms] of list.split(" ").entries()) {
      for (const name of forms.split("/")) {
        const known = names.get(name) ?? { month, languages: new Set() };
        if (known.month === month) known.languages.add(language);
        names.set(name, known);
      }
    }
  }
  return names;
}

/** Sunday is 0. */
function weekdays(): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const list of Object.values(WEEKDAY_NAMES)) {
    for (const [index, name] of list.split(" ").entries()) {
      if (!names.has(name)) names.set(name, (index + 1) % 7);
    }
  }
  return names;
}

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** Short names that are frequent words (three weeks ago, iPhone 15 Pro, Haben Sie 5 Minuten?). */
const NO_MONTHS = set("ago out set gen ene pro led dub lip sie tem kas ara haz elo lis");

export const MONTHS = monthsOf(MONTH_NAMES);
export const SHORT_MONTHS = new Map(
  [...monthsOf(SHORT_MONTH_NAMES)].filter(([name]) => !NO_MONTHS.has(name)),
);
export const WEEKDAYS = weekdays();

/** English months that are words as well: they may 3, march 3 miles. */
export const VERBS = set("may march");

function byLanguage(lists: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> {
  const languages = new Map<string, Set<string>>();
  for (const [names, words] of Object.entries(lists))
    for (const word of words.trim().split(/\s+/))
      languages.set(word, new Set([...(languages.get(word) ?? []), ...names.split(" ")]));
  return languages;
}

/** Words before a month without a day or a year, by language: "I may" names no month, "in May" does. */
export const BEFORE_MONTH = byLanguage({
  en: "in during since until last past this next early late mid",
  de: "im in seit bis ab letzten diesem nächsten",
  fr: "en durant depuis dernier",
  es: "en desde durante hasta pasado",
  it: "in dal nel da a",
  pt: "em desde durante até",
  nl: "in sinds tot vorig vorige",
  pl: "w we od do zeszłym",
  "ru uk": "в во с у прошлом",
  "sv da nb": "i under sedan siden fra förra sidste",
  cs: "v od do",
  ro: "în din",
});
/** Of these, words of English: they count where another word shows their language. */
export const ENGLISH_TOO = set("a i do we w v c en under da din");

/** Frequent words by language, none of which is one of English: they show which language a text is in. */
export const LANGUAGE_WORDS = byLanguage({
  de: `der das und ist wann wer vom beim für ich wir eine einen dem nicht auf zum zur über haben hatte warum welche welcher
    welches`,
  fr: "le la les des du et quand quel quelle qui que où nous vous je avec dans une était fait qu c",
  es: "el la los las del qué que cuándo quién dónde y para por una fue hizo se",
  it: "il lo gli della quando chi una abbiamo cosa",
  pt: "o os das que quando quem onde é para por uma foi nós",
  nl: "het een wie wat waar wanneer voor ik wij niet",
  pl: "kiedy kto gdzie jest był była się że jak czy dla nie",
  tr: "ve nerede için bir mı oldu yaptı",
  sv: "när vem vad och är på det för jag inte",
  "da nb": "når hvem hvad hva hvor og på det jeg ikke",
  fi: "milloin kuka mikä missä mitä oli minä kun",
  cs: "kdy kdo kde byl bylo jsme že",
  ro: "când cine unde este și pentru fost",
  hu: "mikor hol és volt hogy egy nem",
  id: "kapan siapa apa yang pada bulan tanggal dengan",
  el: "πότε ποιος πού και είναι τι το την τον στις στο",
});

/** Words between the parts of a date: 3 de junio de 2023, 25th of May. */
export const JOINS = set("of de del do d' le the , . den der am");
/** Of these, those that only a date of another language has. */
export const FOREIGN_JOINS = set("de del d' le der");
export const ORDINAL = /^(?:st|nd|rd|th|er|º|ª|e|ème|de|ste)$/u;

export type Unit = "day" | "week" | "weekend" | "month" | "year";

export const UNITS: ReadonlyMap<string, Unit> = new Map(
  Object.entries({
    day: `day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen dni dzień день дня дней gün
      dagar dage päivää`,
    week: `week weeks woche wochen semaine semaines semana semanas settimana settimane weken tydzień tygodni tygodnie
      неделя неделю недели недель неделе hafta vecka veckor uge uger viikko viikkoa`,
    weekend: "weekend weekends wochenende",
    month: `month months monat monate monaten monats mois mes meses mês mese mesi maand maanden miesiąc miesiące
      miesięcy miesiącu месяц месяца месяцев месяце ay månad månader måned måneder kuukausi kuukautta`,
    year: `year years jahr jahre jahren jahres an ans année années année año años ano anos anno anni jaar rok roku lata
      lat год года лет году yıl år vuosi vuotta`,
  } satisfies Record<Unit, string>).flatMap(([unit, words]) =>
    words.split(/\s+/).map((word) => [word, unit as Unit]),
  ),
);

/** "Hier" is yesterday in French, and here in German. */
export const FRENCH_DAY = "hier";
/** Before these words, `morgen` and `mañana` are the morning. */
export const OF_MORNING = set("heute gestern jeden diesen guten am goede elke la esta cada deze");
export const MORNINGS = set("morgen mañana");
/** Days from today. */
export const DAYS: ReadonlyMap<string, number> = new Map([
  ..."today tonight heute aujourd'hui hoy hoje oggi vandaag dzisiaj dziś сегодня сьогодні bugün idag tänään 今日 今天 오늘"
    .split(" ")
    .map((word) => [word, 0] as const),
  ..."yesterday gestern hier ayer ontem ieri gisteren wczoraj вчера вчора dün igår eilen 昨日 昨天 어제"
    .split(" ")
    .map((word) => [word, -1] as const),
  ..."tomorrow morgen demain mañana amanhã domani jutro завтра yarın imorgon huomenna 明日 明天 내일"
    .split(" ")
    .map((word) => [word, 1] as const),
]);

export const LAST =
  set(`last past previous letzte letzten letzter letztes letztem vergangene vergangenen dernier
  dernière passé passée pasado pasada última último passado passada scorso scorsa vorige afgelopen zeszły zeszłym zeszłego
  прошлый прошлая прошлое прошлой прошлом прошлую geçen förra sidste viime`);
/** These stand behind: la semana pasada. */
export const BEHIND: ReadonlyMap<string, number> = new Map([
  ..."dernier dernière passé passée pasado pasada passado passada scorso scorsa"
    .split(" ")
    .map((word) => [word, -1] as const),
  ..."prochain prochaine próximo próxima prossimo prossima".split(" ").map((word) => [word, 1] as const),
]);
export const THIS =
  set(`this diese diesen dieser dieses diesem ce cette este esta questo questa deze dit tym этот эта
  этой этом bu denna detta denne tämä`);
export const NEXT = set(
  "next nächste nächsten nächster nächstes prochain prochaine próximo próxima prossimo prossima",
);
export const AGO = set("ago geleden temu назад önce sedan siden sitten fa atrás");
/** They stand before: vor drei Tagen, il y a trois jours, hace tres días. */
export const AGO_BEFORE = set("vor hace há");
export const NUMBERS: ReadonlyMap<string, number> = new Map(
  [
    "a an one ein einem einer eine un une una uno um uma één een",
    "two couple zwei deux dos due dois duas twee два две dwa",
    "three few drei trois tres tre três drie три trzy",
    "four vier quatre cuatro quattro quatro четыре",
    "five fünf cinq cinco cinque vijf пять",
    "six sechs seis sei zes",
    "seven sieben sept siete sette sete zeven",
    "eight acht huit ocho otto oito",
    "nine neun neuf nueve nove negen",
    "ten zehn dix diez dieci dez tien",
  ].flatMap((words, index) => words.split(" ").map((word) => [word, index + 1] as const)),
);

/** Seasons of the northern hemisphere, by their first months. */
export const SEASONS: ReadonlyMap<string, number> = new Map([
  ..."spring frühling frühjahr printemps primavera lente wiosna весна весной"
    .split(" ")
    .map((w) => [w, 2] as const),
  ..."summer sommer été verano verão estate zomer lato лето летом".split(" ").map((w) => [w, 5] as const),
  ..."autumn fall herbst automne otoño outono autunno herfst jesień осень осенью"
    .split(" ")
    .map((w) => [w, 8] as const),
  ..."winter hiver invierno inverno zima зима зимой".split(" ").map((w) => [w, 11] as const),
]);

/** "What is the latest …": of those that fit, the newest. */
export const NEWEST =
  set(`latest newest current currently recent recently nowadays still anymore aktuell aktuelle
  aktuellen derzeit neueste neuesten zuletzt kürzlich actuel actuelle actuellement récent récemment actualmente
  reciente recientemente atual atualmente recente recentemente attuale attualmente huidige momenteel recent obecnie
  aktualny ostatnio сейчас последний последняя недавно`);
/** "What was the original …": of those that fit, the oldest. */
export const OLDEST =
  set(`originally initially original initial earliest ursprünglich ursprüngliche anfangs zuerst
  initialement originally inicialmente originalmente inizialmente originale oorspronkelijk początkowo изначально сначала`);
