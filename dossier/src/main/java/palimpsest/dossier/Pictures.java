package palimpsest.dossier;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Plots of a dossier as files of their own. */
public final class Pictures {
  private Pictures() {}

  /**
   * The trade-off plot as an SVG file that carries its own style; empty where no model has a value
   * on both axes.
   */
  public static Optional<byte[]> tradeOff(Dossier dossier) {
    Html html = new Html();
    html.open("main");
    PagePlots.tradeOff(html, dossier);
    String page = html.close().finish();
    int from = page.indexOf("<svg ");
    int to = page.indexOf("</svg>");
    if (from < 0 || to < 0) {
      return Optional.empty();
    }
    String body = page.substring(page.indexOf('>', from) + 1, to);
    String head =
        page.substring(from, page.indexOf('>', from)) + " xmlns=\"http://www.w3.org/2000/svg\">";
    String svg = head + "<style>" + Page.CSS + "</style>" + body + "</svg>\n";
    return Optional.of(svg.getBytes(StandardCharsets.UTF_8));
  }
}
