import type { ArchiveStore } from "../../memory/ports/archive.js";
import type { StoreDeps } from "../deps.js";
import { portOf } from "../port.js";
import { amountIn } from "./amounts.js";
import { archiving } from "./archiving.js";
import { bringBack } from "./bring-back.js";
import { episodesBefore, readArchivable } from "./candidates.js";
import { leaveStubs } from "./leave-stubs.js";
import {
  allSegments,
  dropSegment,
  dueSegments,
  idsIn,
  liveIn,
  markSegment,
  openSegment,
  repoint,
  segments,
  segmentsOf,
} from "./segments.js";
import { wordsOf } from "./words-of.js";

export const createArchiveStore = (deps: StoreDeps): ArchiveStore =>
  portOf(deps, {
    archiving,
    episodesBefore,
    readArchivable,
    openSegment,
    markSegment,
    dropSegment,
    allSegments,
    segments,
    dueSegments,
    idsIn,
    leaveStubs,
    liveIn,
    repoint,
    segmentsOf,
    bringBack,
    wordsOf,
    amountIn,
  });
