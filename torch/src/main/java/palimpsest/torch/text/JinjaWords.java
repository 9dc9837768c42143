package palimpsest.torch.text;

import static palimpsest.torch.text.JinjaValue.NONE;
import static palimpsest.torch.text.JinjaValue.UNDEFINED;
import static palimpsest.torch.text.JinjaValue.fault;
import static palimpsest.torch.text.JinjaValue.items;
import static palimpsest.torch.text.JinjaValue.kind;
import static palimpsest.torch.text.JinjaValue.text;
import static palimpsest.torch.text.JinjaValue.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** The filters, tests, methods and functions that templates may use. */
final class JinjaWords {
  private static final long LONGEST_RANGE = 100_000;

  private JinjaWords() {}

  /** {@code value | name(arguments)}. */
  static Object filter(String name, Object value, List<Object> args, JinjaScope scope) {
    return switch (name) {
      case "trim" ->
          args.isEmpty()
              ? strip(text(value), true, true, scope)
              : method(value, "strip", args, scope);
      case "length", "count" -> (long) items(value, scope).size();
      case "default", "d" ->
          value == UNDEFINED || (truth(arg(args, 1)) && !truth(value)) ? arg(args, 0) : value;
      case "first" -> JinjaValue.item(items(value, scope), 0L, scope);
      case "last" -> JinjaValue.item(items(value, scope), -1L, scope);
      case "list" -> items(value, scope);
      case "join" -> join(items(value, scope), args.isEmpty() ? "" : text(args.get(0)), scope);
      case "string", "safe" -> text(value);
      case "upper", "lower", "capitalize", "title", "replace" ->
          method(text(value), name, args, scope);
      case "selectattr", "rejectattr" -> select(value, args, name.equals("selectattr"), scope);
      default -> throw fault("filter " + name + " is not supported");
    };
  }

  private static Object arg(List<Object> args, int i) {
    return i < args.size() ? args.get(i) : UNDEFINED;
  }

  private static String join(List<Object> parts, String separator, JinjaScope scope) {
    for (Object part : parts) {
      scope.spend((long) text(part).length() + separator.length());
    }
    return parts.stream().map(JinjaValue::text).collect(Collectors.joining(separator));
  }

  private static Object select(Object value, List<Object> args, boolean wanted, JinjaScope scope) {
    List<Object> kept = new ArrayList<>();
    for (Object each : items(value, scope)) {
      Object attribute = JinjaValue.item(each, arg(args, 0), scope);
      boolean holds =
          args.size() < 2
              ? truth(attribute)
              : test(text(args.get(1)), attribute, args.subList(2, args.size()), scope);
      if (holds == wanted) {
        kept.add(each);
      }
    }
    return kept;
  }

  /** {@code value is name(arguments)}. */
  static boolean test(String name, Object value, List<Object> args, JinjaScope scope) {
    return switch (name) {
      case "defined" -> value != UNDEFINED;
      case "undefined" -> value == UNDEFINED;
      case "none" -> value == NONE;
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map;
      case "number" -> value instanceof Number;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "iterable", "sequence" ->
          value instanceof List || value instanceof String || value instanceof Map;
      case "odd", "even" -> value instanceof Long n && (n % 2 == 0) == name.equals("even");
      case "eq", "==", "equalto" -> JinjaValue.same(value, arg(args, 0));
      case "in" -> JinjaValue.contains(arg(args, 0), value, scope);
      default -> throw fault("test " + name + " is not supported");
    };
  }

  /** {@code value.name(arguments)}. */
  static Object method(Object value, String name, List<Object> args, JinjaScope scope) {
    if (value instanceof String text) {
      scope.spend(text.length());
      return ofText(text, name, args, scope);
    }
    if (value instanceof Map<?, ?> map) {
      return ofMapping(map, name, args);
    }
    throw fault("method " + name + " of a " + kind(value) + " is not supported");
  }

  private static Object ofMapping(Map<?, ?> map, String name, List<Object> args) {
    return switch (name) {
      case "items" -> map.entrySet().stream().map(e -> List.of(e.getKey(), e.getValue())).toList();
      case "keys" -> List.copyOf(map.keySet());
      case "values" -> List.copyOf(map.values());
      case "get" -> {
        Object found = map.get(arg(args, 0));
        yield found != null ? found : args.size() > 1 ? args.get(1) : NONE;
      }
      default -> throw fault("method " + name + " of a mapping is not supported");
    };
  }

  private static Object ofText(String text, String name, List<Object> args, JinjaScope scope) {
    return switch (name) {
      case "strip", "lstrip", "rstrip" -> {
        if (!args.isEmpty() && args.get(0) != NONE) {
          yield stripOf(text, text(args.get(0)), !name.equals("rstrip"), !name.equals("lstrip"));
        }
        yield strip(text, !name.equals("rstrip"), !name.equals("lstrip"), scope);
      }
      case "startswith" -> text.startsWith(text(arg(args, 0)));
      case "endswith" -> text.endsWith(text(arg(args, 0)));
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "capitalize" -> capital(text);
      case "title" ->
          java.util.regex.Pattern.compile("\\p{L}+")
              .matcher(text)
              .replaceAll(m -> java.util.regex.Matcher.quoteReplacement(capital(m.group())));
      case "replace" -> replace(text, text(arg(args, 0)), text(arg(args, 1)), scope);
      case "split" -> split(text, args);
      default -> throw fault("method " + name + " of a text is not supported");
    };
  }

  private static String capital(String text) {
    int first = text.isEmpty() ? 0 : text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  private static String strip(String text, boolean left, boolean right, JinjaScope scope) {
    scope.spend(text.length());
    int from = 0;
    int to = text.length();
    while (left && from < to && JinjaValue.isSpace(text.charAt(from))) {
      from++;
    }
    while (right && to > from && JinjaValue.isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static String stripOf(String text, String characters, boolean left, boolean right) {
    int from = 0;
    int to = text.length();
    while (left && from < to && characters.indexOf(text.charAt(from)) >= 0) {
      from++;
    }
    while (right && to > from && characters.indexOf(text.charAt(to - 1)) >= 0) {
      to--;
    }
    return text.substring(from, to);
  }

  private static String replace(String text, String old, String by, JinjaScope scope) {
    scope.spend((long) (text.length() + 1) * (by.length() + 1) / Math.max(1, old.length()));
    return text.replace(old, by);
  }

  private static Object split(String text, List<Object> args) {
    if (args.size() != 1 || !(args.get(0) instanceof String by) || by.isEmpty()) {
      throw fault("split is supported with one separator only");
    }
    return List.<Object>of((Object[]) text.split(java.util.regex.Pattern.quote(by), -1));
  }

  /** The functions that are there from the start. */
  static void define(JinjaScope scope) {
    scope.set(
        "raise_exception",
        (JinjaValue.Function)
            (args, named, s) -> {
              throw fault("refuses the conversation: " + text(arg(args, 0)));
            });
    scope.set("namespace", (JinjaValue.Function) (args, named, s) -> new JinjaNamespace(named));
    scope.set(
        "range",
        (JinjaValue.Function)
            (args, named, s) -> {
              boolean from = args.size() > 1;
              if (args.isEmpty()
                  || args.size() > 2
                  || !(args.get(0) instanceof Long a)
                  || !(args.get(args.size() - 1) instanceof Long b)) {
                throw fault("range is supported with one or two whole numbers only");
              }
              long begin = from ? a : 0;
              if (b > begin + LONGEST_RANGE || begin > Long.MAX_VALUE / 2) {
                throw fault("a range of more than " + LONGEST_RANGE);
              }
              return LongStream.range(begin, b).mapToObj(i -> (Object) i).toList();
            });
  }
}
