// Reads a JSON list of resources, writes for each the list of its faults. One process for all: it takes a tenth of a second to start.
const { Fhir } = require("fhir");
const { readFileSync } = require("node:fs");

const fhir = new Fhir();
const faults = (resource) =>
  fhir
    .validate(resource, { errorOnUnexpected: true })
    .messages.filter((one) => one.severity === "error" || one.severity === "fatal")
    .map((one) => `${one.resourceId || ""} ${one.location}: ${one.message}`);
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(faults)));
