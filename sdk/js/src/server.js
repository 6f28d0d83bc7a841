// The other side of requests on the build machine: what a test says.

import { Denied, Invalid } from "./failure.js";

/** Headers that a host refuses. */
const OF_THE_HOST = [
  ...["connection", "content-length", "expect", "host", "http2-settings", "keep-alive", "proxy-authenticate"],
  ...["proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
];

/** All servers there are. */
export class Server {
  sent = [];
  answer = undefined;

  /** Answers as the test says; denied, as on a host that grants none, where it says nothing. */
  send(request) {
    check(request);
    this.sent.push(request);
    if (this.answer === undefined) {
      throw new Denied("No host is granted; in a test, `answerHttp` says what servers answer.");
    }
    return this.answer(request);
  }
}

function check({ url, headers }) {
  const authority = /^https?:\/\/([^/?#]+)/.exec(url)?.[1];
  if (authority === undefined || authority.includes("@") || url.includes("#")) {
    throw new Invalid(
      `\`${url}\` is no URL for a request: https:// or http://, a host without a user, a path, no fragment.`,
    );
  }
  for (const [name] of headers) {
    if (OF_THE_HOST.includes(name.toLowerCase()))
      throw new Invalid(`The header \`${name}\` is the host's to set: leave it out.`);
  }
}
