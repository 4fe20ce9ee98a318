/** @typedef {{ say: string, feedback?: string }} Turn `feedback`: what the user thinks of the answer */

/** @type {Turn[][]} */
export const DAYS = [
  [
    { say: "Hello, I am Mara. My booking number is SD-4471-K." },
    { say: "How much is a single room?", feedback: "Please give prices in euros." },
    { say: "My home address is Lindengasse 12, 8010 Graz." },
    { say: "I prefer a quiet room with a garden view." },
    { say: "How much is a double room?", feedback: "Prices in euros, please." },
    { say: "My ferry arrives on Friday at nine in the evening." },
    { say: "What is my booking number?" },
  ],
  [
    { say: "My sister Ana comes with me, and needs a parking space." },
    { say: "How much is breakfast?", feedback: "Please give prices in euros." },
    { say: "Ana's car has the number plate G-271-AX." },
    { say: "Thank you, that is all for today." },
  ],
];

/** Asked on the third day, by somebody who says nothing of the days before. */
export const QUESTIONS = [
  "What is my booking number?",
  "What is my home address?",
  "Which room do I prefer?",
  "When does my ferry arrive?",
  "How much is a single room?",
];
