/** Languages of Latin script that are told apart. Those without a stemmer (see `stemmerOf`) are known by their words. */
export type Language =
  | "da"
  | "de"
  | "es"
  | "fi"
  | "fr"
  | "hu"
  | "it"
  | "nl"
  | "no"
  | "pt"
  | "ro"
  | "sv"
  | "tr"
  | "vi";

/**
 * The most frequent function words of each language, as they are written in lower case: they show the language of a text,
 * and aren't indexed in one of that language. Words that are names or content in others as well (van, die) count there
 * only if more of them come.
 */
const WORDS: Readonly<Record<Language, string>> = {
  da: `af alle at blev blive bliver da de dem den denne der deres det dette dig din disse du efter eller en er et for fra
    ham han hans har havde hende hendes hun hvad hvem hver hvilken hvilke hvis hvor hvordan hvorfor hvornår i ikke ind jeg
    jer jo kunne man mange med meget men mig min mit mod ned noget nogle nu når og også om op os over på selv sig sin sine
    sit skal skulle som sådan thi til ud under var vi vil ville vor være været`,
  de: `aber als am an auch auf aus bei bin bis bist da damit dann das dass dein dem den der des dich die dies diese diesem
    diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es euch für gegen habe haben hat hatte
    hatten hier hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ist jede jedem jeden jeder jedes jetzt kann kein
    keine keinen konnte können mein meine meinem meinen meiner mich mir mit muss nach nicht nichts noch nun nur ob oder
    ohne sehr sein seine seinem seinen seiner seit sich sie sind so sollte sondern um und uns unser unsere unter viel vom
    von vor wann war waren warum was weil welche welchem welchen welcher welches wenn wer werde werden wie wieder will wir
    wird wo wurde wurden während zu zum zur zwischen über`,
  es: `a al algo ante antes aquel aquella como con contra cual cuando cuál cuáles cuándo cuánto cuántos cómo de del desde
    donde durante dónde e el ella ellas ellos en entre era eran eres es esa ese eso esta estaba estas este esto estos está
    están fue fueron ha habían había han hasta hay la las le les lo los mi mientras mis muy más nada ni no nos nosotros o
    otra otro para pero por porque que quien quienes quién qué se sea según ser si sin sobre son su sus sí también tanto te
    tenía tiene tienen todo todos tu tus tú un una unas uno unos y ya yo`,
  fi: `ei eikä eivät en että hän häneen hänen ja jo joiden joka jolla jonka jos jota jotka kanssa kuin kuinka kuka kun
    mikä mihin miksi milloin millainen minkä minun minä missä mitkä mitä mutta myös ne niiden niin niitä noin nyt olen oli
    olivat olla on ovat poikki se sekä sen siinä siitä sillä sinä sitä tai tämä tämän tässä vain vaikka vuonna vuoden`,
  fr: `a ai alors au aux avait avec avez avoir avons c ce ceci cela celle ces cet cette chez combien comme comment d dans
    de depuis des donc dont du elle elles en entre es est et eu eux fait font furent fut il ils j je l la le les leur leurs
    lors lui là m ma mais me mes moi mon même n ne nos notre nous on ont ou où par pas pendant peut plus pour pourquoi qu
    quand que quel quelle quelles quels qui quoi s sa sans se selon ses si son sont sous sur t ta te tes toi ton tous tout
    toute très tu un une vers vos votre vous y à était étaient été être`,
  hu: `a ahol akik aki ami amely amelyek az azok azt be csak de egy egyes ehhez el ellen első és ez ezek ezt fel ha hány
    hogy hogyan hol honnan hová ki kik kit kik le lehet lett már meg melyik mely mert mi miatt mikor milyen mint mit miért
    még most nagyon nem olyan pedig szerint számára után vagy van vannak volt voltak által így úgy össze`,
  it: `a ad agli ai al alla alle allo anche c che chi ci col come con contro cosa cui da dagli dai dal dalla dalle dallo
    degli dei del dell della delle dello di dopo dove durante e ed era erano essere fra fu furono gli ha hai hanno ho i il
    in io l la le lei li lo loro lui ma me mentre mi mia mio molto nei nel nella nelle nello no noi non nostro o ogni per
    perché più poi prima quale quali quando quanti quanto quel quella quello questa queste questi questo se sei si sia sono
    sono sta stata stato su sua sue sugli sui sul sulla suo suoi tra tu tutti tutto un una uno vi voi è`,
  nl: `aan al alle als andere ben bij daar dan dat de der deze die dit doen door dus een en er geen had hadden heb hebben
    heeft hem het hier hij hoe hoeveel hun ik in is ja je kan kon kunnen maar me meer men met mij mijn moet na naar niet
    niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen tot u uit uw van veel voor waar waarom wanneer
    want waren was wat welk welke werd werden wie wij wil worden wordt zal ze zelf zich zij zijn zo zonder zou`,
  no: `alle at av ble bli blir da de deg dem den denne der dere deres det dette dere din disse du eller en enn er et etter
    for fra ham han hans har hadde henne hennes hos hun hva hvem hver hvilken hvilke hvor hvordan hvorfor i ikke inn jeg
    kan kunne man mange med meg mellom men min mot mye ned noe noen nå når og også om opp oss over på seg selv sin sine
    sitt skal skulle som til ut var ved vi vil ville vår være vært`,
  pt: `a ao aos aquela aquele as até com como contra da das de dela dele depois do dos durante e ela elas ele eles em
    entre era eram essa esse esta este estava está estão eu foi foram há isso isto já lhe mais mas me mesmo meu minha muito
    na nas nem no nos nossa nosso não nós o onde os ou para pela pelas pelo pelos por porque qual quais quando quanto
    quantos que quem se sem ser seu seus sua suas são só também te tem tinha têm um uma umas uns você à às é`,
  ro: `a acest acesta această acestei acestor aceste acestui acum ai aici ale alt alte altă am ar are aș au avea avut
    atunci ca care căreia cărei cărui căror ce cel cea cei cele către câte câți când chiar cine cu cum cât da dar de decât
    deci deja despre din dintre doar după ea ei el ele era erau este eu fi fie fiind fost foarte fără iar în îi îl își îți
    într între la le lor lui lângă mai mea mele meu mi mult nici nu ne noi o or ori pe pentru peste prin pot poate sa sale
    sau se sub sunt său să și si ta te tu un una unde unei unor unui va vor voi și ţi ți ş ș`,
  sv: `alla att av blev bli blir de dem den denna deras dess dessa det detta dig din du där efter eller en er ett från för
    ha hade han hans har henne hennes hon honom hur här i icke inom inte ingen jag ju kan kunde man med mellan men mig min
    mot mycket ni nu när någon något några och också om oss på samma sedan sig sin sina sitt skulle som så till under upp
    ut utan vad var varför vem vi vid vilka vilken vilket vår är även över`,
  tr: `acaba ama ancak bana bazı belki ben beni benim bir biri birkaç birçok biz bize bizim bu buna bunda bundan bunlar
    bunu bunun çok çünkü da daha de değil diye en gibi göre hangi hani hem hep hepsi her hiç için içinde ile ise kaç kadar
    ki kim kimin mi mu mı mü nasıl ne neden nerede nereye niçin niye o olan olarak oldu olduğu olduğunu olur on ona ondan
    onlar onların onu onun sen seni senin siz sizin sonra şey şu tarafından tüm var ve veya ya yani yok zaman`,
  vi: `anh bao bị bởi các cái cho chỉ chưa chúng có cũng của cùng do được dưới đang đã đâu đây đến để đó gì hay hơn
    khi khác không là làm lúc mà mình mỗi một này nào nên nếu người nhiều như nhưng những nó ở qua ra rất rằng sau sẽ
    tại theo thì tôi trên trong từ và vào vẫn về vì với việc`,
};

/** Which languages have a function word. */
export const LANGUAGES_OF: ReadonlyMap<string, readonly Language[]> = byWord();

export function isFunctionWord(word: string, language: Language): boolean {
  return LANGUAGES_OF.get(word)?.includes(language) === true;
}

function byWord(): Map<string, Language[]> {
  const found = new Map<string, Language[]>();
  for (const [name, words] of Object.entries(WORDS)) {
    const language = name as Language;
    for (const word of new Set(words.normalize("NFKC").split(/\s+/u))) {
      const others = found.get(word);
      if (others === undefined) found.set(word, [language]);
      else others.push(language);
    }
  }
  return found;
}
