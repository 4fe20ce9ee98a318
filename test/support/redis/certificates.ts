import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** PEM files. */
export interface Certificates {
  /** Of an authority that nothing else trusts. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes an authority of a test's own and a certificate for some names, such as `DNS:localhost`, with openssl. */
export function makeCertificates(folder: string, names: readonly string[]): Certificates {
  const file = (name: string) => join(folder, name);
  const [ca, caKey, cert, key] = [file("ca.pem"), file("ca.key"), file("server.pem"), file("server.key")];
  const [request, extensions] = [file("server.csr"), file("server.cnf")];
  const openssl = (...args: string[]) => void execFileSync("openssl", args, { stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...newKey, "-keyout", caKey, "-out", ca, "-days", "2", "-subj", "/CN=authority");
  openssl("req", "-new", ...newKey, "-keyout", key, "-out", request, "-subj", "/CN=redis");
  writeFileSync(extensions, `subjectAltName=${names.join(",")}\n`);
  const signed = ["-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-extfile", extensions];
  openssl("x509", "-req", "-in", request, "-out", cert, "-days", "2", ...signed);
  return { ca, cert, key };
}

/** The lines of a Redis's or a Sentinel's configuration that make it speak TLS on a port, and to its own kind. */
export function tlsLines({ ca, cert, key }: Certificates, port: number): string[] {
  return [
    `tls-port ${port}`,
    `tls-ca-cert-file ${ca}`,
    `tls-cert-file ${cert}`,
    `tls-key-file ${key}`,
    "tls-auth-clients no",
    "tls-replication yes",
  ];
}
