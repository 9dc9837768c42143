package palimpsest.engine.world;

import java.util.List;

/** What the world is made of. Few words, so that a small model meets each of them often. */
final class Words {
  private Words() {}

  static final List<String> GIVEN =
      List.of(
          "Abr", "Bren", "Ced", "Dalv", "Ersk", "Fenn", "Gorv", "Hest", "Ilv", "Jorv", "Kesk",
          "Lunn", "Mirv", "Navr", "Ostr", "Pell", "Rovr", "Sulv", "Tamm", "Urv", "Vell", "Yevr",
          "Zann", "Thess", "Quen", "Blev");
  static final List<String> FEMININE = List.of("ira", "isha", "eda", "unna", "athe");
  static final List<String> MASCULINE = List.of("olan", "umar", "orin", "eth", "asko");
  static final List<String> SURNAME =
      List.of(
          "Ardo", "Brul", "Cresp", "Dwim", "Eskel", "Fror", "Gless", "Hurv", "Irk", "Jast", "Kelb",
          "Lorn", "Morv", "Nesp", "Ovar", "Prel", "Quorm", "Rusk", "Skal", "Tev", "Ulm", "Vask",
          "Wend", "Yarv", "Zeld", "Threl");
  static final List<String> LINE =
      List.of(
          "anth", "ebry", "ingar", "olme", "essen", "ovane", "urrow", "ithel", "adell", "ister");
  static final List<String> HERO =
      List.of("Bar", "Cleo", "Dro", "Fae", "Gri", "Jun", "Lop", "Mab", "Nix", "Odd", "Pip", "Tob");
  static final List<String> HERO_END = List.of("bit", "della", "mo", "wyn", "kin");

  /** Towns, each on the river of the same index modulo the number of rivers. */
  static final List<String> TOWNS =
      List.of(
          "Ostermole",
          "Quillhaven",
          "Dunmarrow",
          "Saltreach",
          "Velgate",
          "Hollenmoor",
          "Thornquay",
          "Merrowdale",
          "Kestrin",
          "Applewharf",
          "Greyfold",
          "Lanternmouth");

  static final List<String> RIVERS = List.of("Isca", "Orrel", "Teld", "Wenna", "Braith", "Lumm");
  static final List<String> MOUNTAINS =
      List.of(
          "Candlehorn", "Old Baldric", "Mount Anvil", "Mount Perrin", "Crowstone", "Mount Widow");
  static final List<String> CRAFTS =
      List.of("Glass", "Clocks", "Honey", "Bells", "Cheese", "Paper");

  static final List<String> GENRES =
      List.of(
          "ghost stories",
          "sea novels",
          "detective novels",
          "pastoral poems",
          "comic plays",
          "travel books",
          "fairy tales",
          "historical novels");

  static final List<String> TRADES =
      List.of(
          "a ferry pilot",
          "a glassblower",
          "a baker",
          "a clockmaker",
          "a schoolteacher",
          "a weaver",
          "a lighthouse keeper",
          "a beekeeper",
          "a piano tuner",
          "a stonecutter",
          "a bookbinder",
          "a gardener");

  static final List<String> TITLE_FIRST =
      List.of(
          "Copper",
          "Silent",
          "Crooked",
          "Winter",
          "Hollow",
          "Scarlet",
          "Wandering",
          "Forgotten",
          "Amber",
          "Paper",
          "Salt",
          "Seventh",
          "Borrowed",
          "Midnight");
  static final List<String> TITLE_LAST =
      List.of(
          "Orchard",
          "Lantern",
          "Staircase",
          "Harbour",
          "Window",
          "Orchestra",
          "Bridge",
          "Garden",
          "Compass",
          "Letter",
          "Tower",
          "Mirror",
          "Ferry",
          "Kingdom",
          "Clock",
          "Sparrow");

  static final List<String> OBJECTS =
      List.of(
          "a silver thimble",
          "a broken compass",
          "a blue umbrella",
          "a missing ledger",
          "a brass key",
          "a stolen violin",
          "a sealed letter",
          "a wooden horse",
          "a pocket watch",
          "a torn map",
          "a glass eye",
          "a red scarf",
          "an ivory comb",
          "a painted door",
          "a cracked teapot",
          "a lost glove");

  static final List<String> ROLES =
      List.of(
          "a retired postman",
          "a runaway bride",
          "a blind sailor",
          "a young chemist",
          "a stubborn widow",
          "a travelling dentist",
          "a clumsy burglar",
          "a lonely signalman",
          "a disgraced judge",
          "an orphaned acrobat",
          "a homesick soldier",
          "a curious nun");

  static final List<String> AWARDS =
      List.of(
          "the Lantern Prize",
          "the Silver Quill",
          "the Harbour Medal",
          "the Golden Heron",
          "the Orchard Prize",
          "the Northern Laurel",
          "the Ferry Cup");

  static final List<String> HABITS =
      List.of(
          "writing only before sunrise",
          "feeding the gulls before every chapter",
          "writing with a goose feather",
          "walking barefoot in the snow",
          "keeping a diary in green ink",
          "drinking cold tea at midnight",
          "playing the cello on the roof",
          "reading every draft to the cat",
          "burning the first page of every book",
          "counting the stairs of every house",
          "sleeping with the windows open",
          "wearing two hats at once",
          "collecting old railway tickets",
          "answering letters in rhyme",
          "naming the hens after critics",
          "whistling in the library");

  static final List<String> HOMES =
      List.of(
          "a houseboat below the bridge",
          "an old windmill",
          "a cottage behind the brewery",
          "three rooms above a bakery",
          "a stone tower by the sea",
          "a farmhouse among beech trees",
          "a narrow house on Cooper Street",
          "the attic of the town library",
          "a former chapel on the hill",
          "a cabin near the salt marsh",
          "a flat over the fish market",
          "an empty railway station",
          "a gatehouse outside the old wall",
          "a villa with a leaking roof");

  static final List<String> MONTHS =
      List.of(
          "January",
          "February",
          "March",
          "April",
          "May",
          "June",
          "July",
          "August",
          "September",
          "October",
          "November",
          "December");
  static final List<String> CLUBS =
      List.of(
          "Members of the Harbour Circle",
          "Guests at the dinner of the Golden Heron",
          "Subscribers to the Quillhaven Review",
          "Speakers at the Dunmarrow book fair",
          "Passengers on the writers' ferry",
          "Judges of the Orchard Prize",
          "Signatures in the visitors' book at Velgate",
          "Owners of a key to the reading room");

  /** The river that flows through a town. */
  static String riverOf(String town) {
    return RIVERS.get(TOWNS.indexOf(town) % RIVERS.size());
  }
}
