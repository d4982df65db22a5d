// "now", "yesterday 15:00", "tomorrow 9:00", "2h ago", "today 9", "mon 9:30", "14 jan 10:00", "20.11.2026", ISO: words to a Date, or null. Pure.
// The same words as touchpoints/when.py, which is the judge; one table of words tests both.
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MINUTE = 60_000;
const FIRST_YEAR = 1900, LAST_YEAR = 2199, MAX_LENGTH = 60;

const NEAR_DAYS = new Map([["yesterday", -1], ["today", 0], ["tomorrow", 1]]);
const NOW = new Set(["", "now", "just now"]);
const SPAN_AGO = /^(\d{1,4}(?:\.\d{1,2})?) ?(m|min|mins|minutes?|h|hrs?|hours?)(?: ago)?$/;
const DAYS_AGO = /^(\d{1,4}) ?(d|days?|w|weeks?) ago$/;
const SPAN_AHEAD = /^in (\d{1,4}(?:\.\d{1,2})?) ?(m|min|mins|minutes?|h|hrs?|hours?)$/;
const DAYS_AHEAD = /^in (\d{1,4}) ?(d|days?|w|weeks?)$/;
const NEXT_WEEKDAY = /^next (mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}$/;
const WEEKDAY = /^(?:last )?(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}$/;
const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const ISO_INSTANT = /^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(z|[+-]\d{2}:\d{2})$/;
const NAMED_DAY = /^(\d{1,2})\.? (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?: (\d{4}))?$/;
const DOTTED_DAY = /^(\d{1,2})\.(\d{1,2})\.(\d{4})?$/;
const AHEAD = 5 * MINUTE; // how far ahead of the server's clock a touchpoint may lie
const CLOCK = /(?:^| )(?:at )?(\d{1,2})(?::(\d{2}))?(?::\d{2})? ?(am|pm)?$/;

const words = (text) => text.trim().split(/\s+/).join(" ");
const at = (day, hours, minutes) => new Date(day.getFullYear(), day.getMonth(), day.getDate(), hours, minutes);
const before = (day, days) => new Date(day.getFullYear(), day.getMonth(), day.getDate() - days);

function dated(year, month, date) {
  const day = new Date(year, month, date);
  return year >= FIRST_YEAR && year <= LAST_YEAR && day.getMonth() === month && day.getDate() === date ? day : null;
}

function isoDay(text) {
  const [, year, month, date] = text.match(ISO_DAY) ?? [];
  return year ? dated(Number(year), Number(month) - 1, Number(date)) : null;
}

function isoInstant(text) {
  const [, day, time, offset] = text.match(ISO_INSTANT) ?? [];
  const instant = day && isoDay(day) ? new Date(`${day}T${time}${offset.toUpperCase()}`) : null;
  return instant && !Number.isNaN(instant.getTime()) ? instant : null;
}

// The clock time, [hours, minutes], in what CLOCK found; null: there is no such time.
function clock([, hour, minute, half]) {
  let hours = Number(hour);
  const minutes = Number(minute ?? 0);
  if (half) {
    if (hours < 1 || hours > 12) return null;
    hours = (hours % 12) + (half === "pm" ? 12 : 0);
  }
  return hours < 24 && minutes < 60 ? [hours, minutes] : null;
}

function dayOf(said, today) {
  if (NEAR_DAYS.has(said)) return before(today, -NEAR_DAYS.get(said));
  const ago = said.match(DAYS_AGO);
  if (ago) return before(today, Number(ago[1]) * (ago[2].startsWith("w") ? 7 : 1));
  const ahead = said.match(DAYS_AHEAD);
  if (ahead) return before(today, -Number(ahead[1]) * (ahead[2].startsWith("w") ? 7 : 1));
  const next = said.match(NEXT_WEEKDAY);
  if (next) return before(today, -((DAYS.indexOf(next[1]) - today.getDay() + 7) % 7 || 7));
  const weekday = said.match(WEEKDAY);
  if (weekday) return before(today, (today.getDay() - DAYS.indexOf(weekday[1]) + 7) % 7 || 7);
  const named = said.match(NAMED_DAY);
  if (named) return latest(named[3], MONTHS.indexOf(named[2]), Number(named[1]), today);
  const dotted = said.match(DOTTED_DAY);
  return dotted ? latest(dotted[3], Number(dotted[2]) - 1, Number(dotted[1]), today) : isoDay(said);
}

// Without a year, a day ahead means last year's.
function latest(year, month, date, today) {
  const day = dated(Number(year ?? today.getFullYear()), month, date);
  return day && !year && day > today ? dated(today.getFullYear() - 1, month, date) : day;
}

// Some days end like a clock time ("14 jan 2026"), so the whole is tried as a day first.
function onDay(said, now) {
  const today = before(now, 0);
  const day = dayOf(said, today);
  if (day) return at(day, now.getHours(), now.getMinutes());
  const found = said.match(CLOCK);
  if (!found) return null;
  const rest = said.slice(0, found.index).trim();
  if (!rest && found[2] === undefined && !found[3]) return null; // a bare number is no time
  const time = clock(found), other = rest ? dayOf(rest, today) : today;
  return other && time ? at(other, ...time) : null;
}

export function parseWhen(text, now = new Date()) {
  if (text.length > MAX_LENGTH) return null;
  const said = words(text.toLowerCase());
  if (NOW.has(said)) return now;
  const ago = said.match(SPAN_AGO);
  if (ago) return new Date(now.getTime() - Number(ago[1]) * (ago[2].startsWith("m") ? 1 : 60) * MINUTE);
  const hence = said.match(SPAN_AHEAD);
  if (hence) return new Date(now.getTime() + Number(hence[1]) * (hence[2].startsWith("m") ? 1 : 60) * MINUTE);
  const exact = isoInstant(said);
  if (exact) return exact;
  return onDay(words(said.replaceAll(",", " ").replace(/(\d{4}-\d{2}-\d{2})t/, "$1 ")), now);
}

export const isToCome = (moment, now = new Date()) => moment.getTime() > now.getTime() + AHEAD;

// "22 Nov, 07:12": the year only where it is another one, as in the lines the server writes.
export function sayWhen(moment, lang, now = new Date()) {
  const month = moment.toLocaleString(lang, { month: "short" });
  const year = moment.getFullYear() === now.getFullYear() ? "" : ` ${moment.getFullYear()}`;
  const two = (number) => String(number).padStart(2, "0");
  return `${moment.getDate()} ${month}${year}, ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}
