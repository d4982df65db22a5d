// "now", "yesterday 15:00", "2h ago", "mon 9:30", "14 jan 10:00": words to a Date, or null. Pure.
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const UNITS = { m: 60e3, min: 60e3, h: 3600e3, hr: 3600e3, hour: 3600e3, d: 864e5, day: 864e5, w: 6048e5, week: 6048e5 };

const at = (day, hours, minutes) => new Date(day.getFullYear(), day.getMonth(), day.getDate(), hours, minutes);
const shifted = (day, by) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + by, day.getHours(), day.getMinutes());

// The clock time at the end of the words, and the words before it.
function clock(text) {
  const match = text.match(/(?:^|\s)(?:at\s+)?(\d{1,2})(?::(\d{2}))?\s*(am|pm)?$/);
  if (!match || (match[2] === undefined && !match[3])) return [text, null];
  let hours = Number(match[1]);
  if (match[3]) hours = (hours % 12) + (match[3] === "pm" ? 12 : 0);
  const minutes = Number(match[2] ?? 0);
  return hours > 23 || minutes > 59 ? [text, null] : [text.slice(0, match.index).trim(), [hours, minutes]];
}

function onDay(words, now) {
  if (words === "" || words === "today") return now;
  if (words === "yesterday") return shifted(now, -1);
  const ago = words.match(/^(\d+)\s*(days?|d|weeks?|w) ago$/);
  if (ago) return shifted(now, -Number(ago[1]) * (ago[2].startsWith("w") ? 7 : 1));
  const weekday = DAYS.indexOf(words.replace(/^last /, "").slice(0, 3));
  if (weekday >= 0 && /^(last )?[a-z]{3,9}$/.test(words)) return shifted(now, -((now.getDay() - weekday + 7) % 7 || 7));
  const iso = words.match(/^(\d{4})-(\d{2})-(\d{2})$/);
  if (iso) return dated(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]), now);
  const named = words.match(/^(\d{1,2})\.? ([a-z]{3})[a-z]*\.?(?: (\d{4}))?$/);
  if (!named) return null;
  const month = MONTHS.indexOf(named[2]);
  const year = named[3] ? Number(named[3]) : now.getFullYear();
  const day = month < 0 ? null : dated(year, month, Number(named[1]), now);
  // Without a year, a date ahead of now means last year's.
  return day && !named[3] && day > now ? dated(year - 1, month, Number(named[1]), now) : day;
}

function dated(year, month, date, now) {
  const day = new Date(year, month, date, now.getHours(), now.getMinutes());
  return day.getMonth() === month && day.getDate() === date ? day : null;
}

export function parseWhen(text, now = new Date()) {
  const words = text.trim().toLowerCase().replace(/[,T]/g, " ").replace(/\s+/g, " ");
  if (words === "" || words === "now" || words === "just now") return now;
  const ago = words.match(/^(\d+(?:\.\d+)?)\s*(m|min|h|hr|hour)s?(?: ago)?$/);
  if (ago) return new Date(now.getTime() - Number(ago[1]) * UNITS[ago[2]]);
  const [rest, time] = clock(words.replace(/(\d{4}-\d{2}-\d{2})t/, "$1 "));
  const day = onDay(rest, now);
  if (!day) return null;
  return time ? at(day, ...time) : day;
}
