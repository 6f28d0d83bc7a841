// Routes: functions that answer HTTP requests below `/api/v1`.

import { Problems } from "./fields/base.js";
import { record } from "./fields/compound.js";
import { Internal, Invalid } from "./failure.js";
import { readObject, write } from "./json.js";
import { checkMembers, checkRoute, hasBody, inPath } from "./methods.js";
import { Mistake } from "./mistake.js";

const MEMBERS = ["method", "path", "id", "summary", "input", "output", "status", "public", "raw"];

/** A request as it came, for raw routes. Names and values are decoded. */
export class Request {
  constructor({ path, query, headers, body }) {
    Object.assign(this, { path, query, headers, body });
  }

  /** The value of this part of the path. */
  findPath(name) {
    return this.path.find(([known]) => known === name)?.[1];
  }

  /** The first value that the query gives this name. */
  findQuery(name) {
    return this.query.find(([known]) => known === name)?.[1];
  }

  /** The first header with this name, whatever its case. */
  findHeader(name) {
    return this.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
  }

  /** The body as text in UTF-8; what is none is replaced. */
  text() {
    return new TextDecoder().decode(this.body);
  }
}

/** An answer as it goes out, for routes that give anything but JSON. A text is a body in UTF-8. */
export class Response {
  constructor(status, { body = "", contentType, headers = [] } = {}) {
    this.status = status;
    this.body = typeof body === "string" ? new TextEncoder().encode(body) : body;
    this.contentType = contentType;
    this.headers = headers;
  }

  /** The body as text. */
  text() {
    return new TextDecoder().decode(this.body);
  }

  /** The body's JSON value. */
  json() {
    return JSON.parse(this.text());
  }
}

/** A route: what it says of itself, and the function that answers. */
export class Route {
  constructor(definition, run) {
    const { method, path, id, summary, input = {}, output, status, raw = false } = definition;
    if (typeof id !== "string" || !/^[a-z][a-z0-9_]*$/.test(id)) {
      throw new Mistake(`route: the id \`${id}\` must be in snake_case, such as \`list_greetings\``);
    }
    checkMembers(id, definition, MEMBERS);
    if (typeof summary !== "string" || summary.trim() === "")
      throw new Mistake(`${id} needs a summary: people read it`);
    if (typeof run !== "function") throw new Mistake(`${id} needs a function: route({ … }, (call, input) => …)`);
    if (raw && Object.keys(input).length > 0) throw new Mistake(`${id} is raw: it has the whole request, and no input`);
    checkRoute(id, method, path, raw ? undefined : Object.keys(input));
    Object.assign(this, { method, path, id, summary, output, raw, run, public: definition.public ?? false });
    this.status = status ?? (output !== undefined || raw ? 200 : 204);
    this.input = record("", input);
  }

  /** What comes from the path and the query: name, place, and field. */
  parameters() {
    const path = inPath(this.path);
    return Object.entries(this.input.fields)
      .map(([name, field]) => ({ name, place: path.includes(name) ? "path" : "query", field }))
      .filter(({ place }) => place === "path" || !hasBody(this.method));
  }

  /** The schema of the body; undefined where the route takes none. */
  body() {
    if (!hasBody(this.method)) return undefined;
    if (this.raw) return {};
    const path = inPath(this.path);
    const fields = Object.entries(this.input.fields).filter(([name]) => !path.includes(name));
    return fields.length > 0 ? record("", Object.fromEntries(fields)).schema() : undefined;
  }

  /** Answers. `Invalid` for input that does not fit, before the function sees it. */
  async handle(call, request) {
    const answer = await this.run(call, this.raw ? request : this.read(request));
    if (answer instanceof Response) return answer;
    if (this.output === undefined) {
      if (answer === undefined || answer === null) return new Response(this.status);
      throw new Internal("The answer could not be written.", {
        cause: `${this.id} returns something: it needs an \`output\`, or a Response`,
      });
    }
    return new Response(this.status, { body: write(answer, "The answer"), contentType: "application/json" });
  }

  read(request) {
    const problems = new Problems();
    const read = this.input.readParts(parts(this.method, request), "", problems);
    problems.check();
    return read;
  }
}

function parts(method, request) {
  const found = new Map(request.path.map(([name, value]) => [name, { texts: [value] }]));
  const checkPlace = (name) => {
    if (request.path.some(([known]) => known === name))
      throw new Invalid(`\`${name}\` stands in the path already.`, name);
  };
  if (hasBody(method)) {
    for (const [name, value] of Object.entries(readObject(request.text()))) {
      checkPlace(name);
      found.set(name, { value });
    }
    // What no body takes may not be ignored in silence either.
    for (const [name] of request.query)
      throw new Invalid(`\`${name}\` belongs into the body, not into the query.`, name);
    return found;
  }
  for (const [name, text] of request.query) {
    checkPlace(name);
    const part = found.get(name);
    if (part === undefined) found.set(name, { texts: [text] });
    else part.texts.push(text);
  }
  return found;
}

/** Makes a route of a definition and a function. */
export const route = (definition, run) => new Route(definition, run);
