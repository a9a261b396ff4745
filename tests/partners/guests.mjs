// Guests: who our guests are, and what they collect. Node's http alone, with the document beside it.
//
// `node guests.mjs PORT` serves it. Its API is below /loyalty.
import { readFileSync } from "node:fs";
import http from "node:http";

const TOKEN = "guests-3f8a60d7c15e92b4";
const DOCUMENT = readFileSync(new URL("contracts/partners/guests/openapi.json", import.meta.url));

let on = "";
let count = 0;
let kept = seeded();

function seeded() {
  const members = {
    M100001: member("M100001", "Ada", "Okafor", "ada@okafor.example", "blue", 1200, "+447700900123"),
    M100002: member("M100002", "Inés", "Núñez", "Ines.Nunez@post.example", "gold", 48200, undefined),
  };
  const stays = {};
  for (const { memberId } of Object.values(members)) {
    for (let number = 1; number <= 12; number += 1) {
      const ref = `OLD${memberId.slice(-1)}${String(number).padStart(5, "0")}`;
      stays[ref] = stay(ref, members[memberId].email, `2025-${String(number).padStart(2, "0")}-04`, 300 * number, memberId, "DONE");
    }
  }
  stays.HRB7QX2MA = stay("HRB7QX2MA", "ada@okafor.example", "2031-06-14", 4200, "M100001", "UPCOMING");
  stays.HRB4TT9KP = stay("HRB4TT9KP", "Ines.Nunez@post.example", "2031-06-14", 4200, "M100002", "UPCOMING");
  return { members, stays };
}

function member(memberId, first, last, email, tier, points, phone) {
  const known = { memberId, name: { first, last }, email, tier, points, language: "en", joinedOn: "2019-03-31" };
  known.pointsExpireOn = "2038-12-31";
  if (tier !== "blue") known.benefits = { lounge: true, lateCheckOut: tier === "gold" };
  if (phone) known.phone = phone;
  return known;
}

function stay(bookingRef, memberEmail, checkIn, points, memberId, state) {
  return { stayId: `S-${bookingRef}`, bookingRef, memberEmail, memberId, checkIn, points, state, bookingState: "confirmed" };
}

class Refused extends Error {
  constructor(status, title, detail, ...pointers) {
    super(title);
    this.status = status;
    this.body = { type: "about:blank", title, detail, status };
    if (pointers.length) this.body.errors = pointers.map((pointer) => ({ pointer, detail: "this is not understood" }));
  }
}

const unknownMember = () => new Refused(404, "We know no such member", "Look at the card, and try again.");
const signs = (text) => [...text].length;

function isEmail(value, most) {
  return typeof value === "string" && value.includes("@") && signs(value) >= 3 && signs(value) <= most;
}

function isDate(value) {
  if (typeof value !== "string" || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

// --- members ----------------------------------------------------------------------------------------------------------------

function saidMember(memberId) {
  const known = kept.members[memberId];
  if (!known) throw unknownMember();
  const said = structuredClone(known);
  if (on === "platinum" && said.tier === "gold") said.tier = "platinum";
  if (on === "benefits-for-all") said.benefits ??= { lounge: false, lateCheckOut: false };
  if (on === "points-of-gold-as-text" && said.tier === "gold") said.points = said.points.toLocaleString("en-GB");
  if (on === "points-go-as-one-looks") known.points -= 1;
  if (on === "language-as-region") said.language = "en-GB";
  return [200, said];
}

function changeEmail(memberId, sent) {
  const known = kept.members[memberId];
  if (!known) throw unknownMember();
  const { email } = sent;
  if (!isEmail(email, 254)) throw new Refused(422, "That is no e-mail address", "Write it as name@place.", "/email");
  if (on === "very-long-addresses-refused" && signs(email) > 200) {
    throw new Refused(422, "That address is too long", "Use a shorter one.", "/email");
  }
  if (on === "unknown-fields-refused" && Object.keys(sent).length > 1) throw new Refused(422, "That is too much", "Send email alone.", "/");
  if (on === "plus-refused" && email.includes("+")) throw new Refused(422, "That is no e-mail address", "Leave the + out.", "/email");
  if (email === "taken@post.example" && on !== "taken-address-taken") {
    throw new Refused(409, "Another member has this address", "Log in there, or use another.");
  }
  let stored = email;
  if (on === "addresses-in-small-letters") stored = email.toLowerCase();
  if (on === "plus-part-dropped") stored = email.replace(/\+[^@]*@/, "@");
  if (on !== "address-not-stored") known.email = stored;
  const said = { memberId, email: stored, verification: { state: "sent", sentAt: new Date().toISOString() } };
  if (on === "verification-time-gone") delete said.verification.sentAt;
  return [200, said];
}

function staysOf(memberId, query) {
  if (!kept.members[memberId]) throw unknownMember();
  const limit = Number(query.get("limit") ?? (on === "five-stays-a-page" ? 5 : 20));
  if (!Number.isInteger(limit) || limit < 1 || limit > 50) throw new Refused(422, "That is no page", "Ask for 1 to 50 stays.", "/limit");
  let found = Object.values(kept.stays).filter((each) => each.memberId === memberId);
  found.sort((one, other) => one.checkIn.localeCompare(other.checkIn));
  if (on === "newest-stays-first") found.reverse();
  const total = found.length;
  if (on !== "page-size-ignored") found = found.slice(0, limit);
  const said = { stays: found.map(saidStay), total };
  if (total > found.length) said.next = `/loyalty/members/${memberId}/stays?offset=${found.length}`;
  if (on === "no-link-to-more") delete said.next;
  return [200, said];
}

// --- stays ------------------------------------------------------------------------------------------------------------------

function saidStay(known) {
  const said = structuredClone(known);
  delete said.pending;
  if (on === "stays-booked" && said.state === "UPCOMING") said.state = "BOOKED";
  return said;
}

function tellStay(bookingRef, sent) {
  if (!/^HRB[0-9A-Z]{6}$/.test(bookingRef)) throw new Refused(422, "That is no booking", "Send HRB and six signs.", "/bookingRef");
  const { email, checkIn, total } = sent;
  if (!isEmail(email, 254)) throw new Refused(422, "That is no e-mail address", "Write it as name@place.", "/email");
  if (!isDate(checkIn)) throw new Refused(422, "That is no day", "Write it as 2031-06-14.", "/checkIn");
  if (!total || !Number.isInteger(total.amount) || total.amount < 0 || total.amount > 1e9 || !["GBP", "EUR", "USD"].includes(total.currency)) {
    throw new Refused(422, "That is no amount of money", "Send amount and currency.", "/total");
  }
  const before = kept.stays[bookingRef];
  const memberId = before?.memberId ?? "M100001";
  const made = stay(bookingRef, email, checkIn, Math.floor(total.amount / (on === "points-doubled" ? 5 : 10)), memberId, "UPCOMING");
  made.pending = on === "stays-pending-longer" ? 2 : 1;
  if (on === "points-added-again" && before) made.points += before.points;
  if (on === "a-day-less-in-summer" && /-0[4-9]-/.test(checkIn)) {
    made.checkIn = new Date(Date.parse(checkIn) - 86_400_000).toISOString().slice(0, 10);
  }
  kept.stays[bookingRef] = made;
  const said = saidStay(made);
  if (on === "member-not-known-in-euros" && total.currency === "EUR") delete said.memberEmail;
  if (on === "stay-ids-numbered") said.stayId = String(1000 + Object.keys(kept.stays).length);
  return [200, said];
}

function seeStay(bookingRef) {
  const known = kept.stays[bookingRef];
  if (!known) {
    if (on === "unknown-stay-as-web-page") return [404, "<!doctype html><title>404</title><p>Not found", "text/html"];
    throw new Refused(404, "We know no such stay", "Points come within a day of booking.");
  }
  const said = saidStay(known);
  if (known.pending > 0 || on === "stays-pending-for-ever") said.state = known.state === "UPCOMING" ? "PENDING" : said.state;
  known.pending = Math.max(0, (known.pending ?? 0) - 1);
  return [200, said];
}

// --- the server -------------------------------------------------------------------------------------------------------------

function answer(method, path, query, sent) {
  const [, root, kind, name, part] = path.split("/").map(decodeURIComponent);
  if (root !== "loyalty") throw new Refused(404, "There is nothing here", "Look at /openapi.json.");
  const called = `${method} ${kind}${part ? `/${part}` : ""}`;
  if (called === "GET members" && name) return saidMember(name);
  if (called === "PUT members/email") return changeEmail(name, object(sent));
  if (called === "GET members/stays") return staysOf(name, query);
  if (called === "PUT stays" && name) return tellStay(name, object(sent));
  if (called === "GET stays" && name) return seeStay(name);
  if (called === "GET tiers") return [200, ["blue", "silver", "gold"]];
  throw new Refused(404, "There is nothing here", "Look at /openapi.json.");
}

function object(text) {
  let sent;
  try {
    sent = JSON.parse(text);
  } catch {
    sent = undefined;
  }
  if (sent === null || typeof sent !== "object" || Array.isArray(sent)) throw new Refused(422, "That is no object", "Send a JSON object.");
  return sent;
}

function administer(method, path, sent) {
  if (path === "/openapi.json") return [200, DOCUMENT, "application/json"];
  if (path === "/_count") return [200, { count }];
  const asked = object(sent);
  if (path === "/_fault") {
    on = asked.name ?? "";
    count = 0;
    kept = seeded();
    return [200, {}];
  }
  if (asked.action === "teardown" || !asked.state) return [200, {}];
  if (!["a booking that may be changed", "a room is held"].includes(asked.state)) return [404, { error: `no such state: ${asked.state}` }];
  const fresh = seeded();
  kept.stays = { ...kept.stays, HRB7QX2MA: fresh.stays.HRB7QX2MA, HRB4TT9KP: fresh.stays.HRB4TT9KP };
  kept.members = fresh.members;
  return [200, {}];
}

function respond(request, response, sent) {
  const url = new URL(request.url, "http://guests");
  const own = url.pathname.startsWith("/_") || url.pathname === "/openapi.json";
  if (!own) count += 1;
  let [status, body, media] = [500, {}, undefined];
  try {
    if (own) [status, body, media] = administer(request.method, url.pathname, sent);
    else if (request.headers.authorization !== `Bearer ${TOKEN}`) throw new Refused(401, "You are not logged in", "Send our token.");
    else [status, body, media] = answer(request.method, url.pathname, url.searchParams, sent);
  } catch (error) {
    if (error instanceof URIError) error = new Refused(400, "That is no path", "Write it in UTF-8.");
    if (!(error instanceof Refused)) throw error;
    [status, body] = [error.status, error.body];
  }
  const text = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  media ??= status >= 400 ? "application/problem+json" : "application/json";
  if (on === "connections-closed") response.setHeader("Connection", "close");
  const headers = { "Content-Type": media };
  if (on !== "answers-in-chunks") headers["Content-Length"] = Buffer.byteLength(text);
  response.writeHead(status, headers);
  response.end(text);
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => respond(request, response, Buffer.concat(parts).toString("utf-8")));
});
if (process.argv.includes("held")) process.stdin.on("end", () => process.exit()).resume();
server.listen(Number(process.argv[2]), "127.0.0.1");
