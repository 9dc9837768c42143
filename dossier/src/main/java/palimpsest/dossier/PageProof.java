package palimpsest.dossier;

import java.util.Map;

/** How to check the dossier, and the digests that bind it. */
final class PageProof {
  private PageProof() {}

  static void write(Html html, Sealed sealed, String keyId) {
    Page.section(html, "verify");
    html.leaf(
        "p",
        "This page was made from dossier.json. On any machine with Java, without a GPU and without"
            + " the models, the command below recomputes every digest, checks the signature, derives"
            + " the verdicts and the checklist from the scores and attacks again, and renders this"
            + " page again to compare it byte for byte. DIR is the folder that holds this page.");
    html.open("pre").leaf("code", "palimpsest verify DIR").close();
    html.leaf(
        "p",
        "The signature is by the key enclosed in key.pub. Whether that key is the signer's, you must"
            + " know from elsewhere: compare its id with one that you were given another way.");
    html.open("dl");
    term(html, "Key id", keyId);
    term(html, "Chain head", sealed.head());
    html.leaf("dt", "Format").leaf("dd", sealed.format() + ", renderer " + sealed.renderer());
    html.close();
    digests(html, sealed);
    html.open("details").leaf("summary", "What it ran on").open("dl");
    sealed
        .dossier()
        .environment()
        .forEach((name, value) -> Page.term(html, Html.clip(name, 60), value));
    html.close().close().close();
  }

  private static void digests(Html html, Sealed sealed) {
    Page.table(html, "SHA-256 of what is enclosed, and of what is not");
    html.head("What", "Digest").open("tbody");
    for (Sealed.Link link : sealed.artefacts()) {
      row(html, link.name(), link.sha256());
    }
    for (Map.Entry<String, String> entry : sealed.dossier().digests().entrySet()) {
      row(html, entry.getKey(), entry.getValue());
    }
    row(html, "weights: original", sealed.dossier().original().digest());
    for (Outcome outcome : sealed.dossier().outcomes()) {
      row(html, "weights: " + outcome.label(), outcome.weightsAfter());
    }
    sealed.dossier().reference().ifPresent(r -> row(html, "weights: reference", r.digest()));
    html.close().close().close();
  }

  private static void row(Html html, String what, String digest) {
    html.open("tr").open("th", "scope", "row").foreign(what).close();
    html.open("td").open("code").foreign(digest).close().close().close();
  }

  private static void term(Html html, String term, String digest) {
    html.leaf("dt", term).open("dd").leaf("code", digest).close();
  }
}
