// Runs the bundled command line that lies beside it.
require("./cached.cjs");
const { join } = require("node:path");

require(join(__dirname, "main.cjs"));
