// Sends requests with fetch, 64 at once, and compares each response with what was sent.

const [server, total] = [process.argv[2], Number(process.argv[3])];
const kinds = ["plain", "scattered", "streamed"];
let next = 1;

async function ask(number) {
  const trace = number.toString(16).padStart(32, "0");
  const sent = { "x-request-id": `undici-${number}`, traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  const isNamed = number % 2 === 0;
  const path = `/${kinds[number % 3]}/${number}`;
  const response = await fetch(server + path, { headers: isNamed ? sent : {} });
  const id = response.headers.get("x-request-id");
  const body = await response.text();
  const expected = `${number} GET ${path} ${isNamed ? `undici-${number} ${trace}` : `${id} `}`;
  if (!response.ok || !body.split("\n").slice(0, -1).every((line) => line.startsWith(expected))) {
    throw new Error(`${expected} is not in ${body}`);
  }
}

async function askInTurn() {
  while (next <= total) {
    await ask(next++);
  }
}

await Promise.all(Array.from({ length: 64 }, askInTurn));
