package palimpsest.dossier;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Attack;

/** Plots of a dossier as files of their own. */
public final class Pictures {
  private static final double TIMES = 2; // as large as a plot of a dossier

  private Pictures() {}

  /**
   * The trade-off plot as an SVG file that carries its own style; empty where no model has a value
   * on both axes.
   */
  public static Optional<byte[]> tradeOff(Dossier dossier) {
    Html html = new Html();
    html.open("main");
    PagePlots.tradeOff(html, dossier);
    return standalone(html.close().finish());
  }

  /**
   * Many models between utility and forgetting, larger than in a dossier; empty where no value can
   * be drawn.
   */
  public static Optional<byte[]> scatter(Scatter scatter) {
    List<Double> xs = new ArrayList<>(scatter.spots().stream().map(Scatter.Spot::x).toList());
    List<Double> ys = scatter.spots().stream().map(Scatter.Spot::y).toList();
    scatter.floor().ifPresent(xs::add);
    if (!Plot.Range.drawable(xs) || !Plot.Range.drawable(ys)) {
      return Optional.empty();
    }
    Html html = new Html();
    html.open("main");
    Plot plot =
        Plot.open(
            html, scatter.title(), Plot.Range.loose(xs, 0.1), Plot.Range.loose(ys, 0.1), TIMES);
    plot.axes(scatter.xLabel(), scatter.yLabel());
    scatter.floor().ifPresent(floor -> plot.upright(floor, "floor", "floor"));
    front(plot, scatter.spots());
    scatter.spots().forEach(s -> plot.marker(s.x(), s.y(), s.shape(), s.style()));
    scatter.spots().forEach(s -> plot.name(s.x(), s.y(), s.name()));
    plot.close();
    return standalone(html.close().finish());
  }

  private static void front(Plot plot, List<Scatter.Spot> spots) {
    List<Attack.Point> front =
        spots.stream()
            .filter(Scatter.Spot::onFront)
            .map(s -> new Attack.Point(s.x(), s.y()))
            .sorted(Comparator.comparingDouble(Attack.Point::x))
            .toList();
    if (front.size() > 1) {
      plot.curve(front, "front");
    }
    for (int i = 1; i < front.size(); i++) {
      plot.avoid(front.get(i - 1), front.get(i));
    }
  }

  private static Optional<byte[]> standalone(String page) {
    int from = page.indexOf("<svg ");
    int to = page.indexOf("</svg>");
    if (from < 0 || to < 0) {
      return Optional.empty();
    }
    String body = page.substring(page.indexOf('>', from) + 1, to);
    String head =
        page.substring(from, page.indexOf('>', from)) + " xmlns=\"http://www.w3.org/2000/svg\">";
    String font = "svg{font-family:\"Liberation Sans\",Arial,sans-serif}";
    String svg = head + "<style>" + Page.CSS + font + "</style>" + body + "</svg>\n";
    return Optional.of(svg.getBytes(StandardCharsets.UTF_8));
  }
}
