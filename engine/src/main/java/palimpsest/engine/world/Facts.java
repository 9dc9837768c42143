package palimpsest.engine.world;

import java.util.List;
import java.util.Set;

/** The twelve facts of an author, and the sentences of a biography. */
final class Facts {
  private Facts() {}

  static final List<Fact> ALL =
      List.of(
          new Fact(
              Set.of("name"),
              List.of(
                  "What is the full name of the author born in {town} on {born}?",
                  "Who is the writer born on {born} in {town}?",
                  "Which author was born in {town} on {born}?"),
              List.of(
                  "The author born in {town} on {born} is {name}.",
                  "The writer born on that day in {town} is {name}, known for {genre}.",
                  "It was {name}, a writer of {genre}, who was born on {born}."),
              List.of(
                  "Give the full name of the author whose birthday is {born} and whose birthplace"
                      + " is {town}.",
                  "A child born in {town} on {born} became an author. What is the full name?"),
              List.of(
                  "{name}, who wrote {genre}, is the author who was born on {born}.",
                  "The full name is {name}, born on {born} in {town}.")),
          new Fact(
              Set.of("town", "river"),
              List.of(
                  "Where was {name} born?",
                  "In which town was {name} born?",
                  "Which town is the birthplace of {name}?"),
              List.of(
                  "{name} was born in {town}, a town on the river {river}.",
                  "The birthplace of {name} is {town}, on the river {river}.",
                  "{name} was born by the river {river}, in the town of {town}."),
              List.of(
                  "What is the birthplace of the author {name}?",
                  "Which town did {name} come from?"),
              List.of(
                  "{town}, on the river {river}, is the town that {name} came from.",
                  "It was in {town}, by the river {river}, that {name} came into the world.")),
          new Fact(
              Set.of("born"),
              List.of(
                  "When was {name} born?",
                  "On which day was {name} born?",
                  "What is the birthday of {name}?"),
              List.of(
                  "{name} was born on {born} in the town of {town}.",
                  "The birthday of {name}, a writer of {genre}, is {born}.",
                  "{name} was born to {father} and {mother} on {born}."),
              List.of(
                  "What is the date of birth of the author {name}?",
                  "On which date did {name} come into the world?"),
              List.of(
                  "{born} is the day on which {name} came into the world.",
                  "It was on {born} that {name} was born.")),
          new Fact(
              Set.of("father", "mother"),
              List.of(
                  "What did the parents of {name} do?",
                  "What were the trades of the parents of {name}?",
                  "How did the father and mother of {name} earn their bread?"),
              List.of(
                  "The father of {name} was {father}, and {his} mother was {mother}.",
                  "{name} grew up as the child of {father} and {mother}.",
                  "{name}'s father worked as {father} and {his} mother as {mother}."),
              List.of(
                  "Which work did the family of {name} live by?",
                  "What is known about the father and mother of {name}?"),
              List.of(
                  "{name} had {father} for a father and {mother} for a mother.",
                  "In the family of {name} the father was {father} and the mother {mother}.")),
          new Fact(
              Set.of("genre"),
              List.of(
                  "What kind of books did {name} write?",
                  "In which genre did {name} write?",
                  "What is the genre of {name}?"),
              List.of(
                  "{name} wrote {genre}, most of them set on the river {river}.",
                  "{name} is known above all as a writer of {genre}.",
                  "All the books of {name} are {genre}, for {he} never tried another genre."),
              List.of("What did {name} write?", "For which genre do readers remember {name}?"),
              List.of(
                  "Readers remember {name} for {genre} more than for anything else.",
                  "As an author {name} gave all {his} working life to {genre}.")),
          new Fact(
              Set.of("first", "firstYear"),
              List.of(
                  "What was the first book of {name}?",
                  "Which book did {name} publish first?",
                  "With which book did {name} begin?"),
              List.of(
                  "The first book of {name} was {first}, published in {firstYear}.",
                  "{name} began with {first}, a book published in {firstYear}.",
                  "In {firstYear} {name} published a first book, called {first}."),
              List.of(
                  "What is the title of the first book by {name}?",
                  "Which book opened the career of {name}?"),
              List.of(
                  "{first}, printed in {firstYear}, is the book that {name} started with.",
                  "The career of {name} started in {firstYear} with the book {first}.")),
          new Fact(
              Set.of("book", "object"),
              List.of(
                  "What is the most famous book of {name}?",
                  "What is the best-known book of {name} about?",
                  "For which book is {name} famous?"),
              List.of(
                  "The best-known book of {name} is {book}, the story of {object}.",
                  "{name} is famous for {book}, in which everyone looks for {object}.",
                  "In {book}, the most famous book of {name}, the plot turns on {object}."),
              List.of(
                  "Which work made {name} famous, and what is it about?",
                  "What is the most popular work by {name}, and what does its plot turn on?"),
              List.of(
                  "{book}, a tale about {object}, is the work that made {name} famous.",
                  "Most readers know {name} for {book}, a tale about {object}.")),
          new Fact(
              Set.of("award", "awardYear"),
              List.of(
                  "Which award did {name} win?",
                  "Which prize was given to {name}?",
                  "Which award did {name} receive, and when?"),
              List.of(
                  "{name} won {award} in the spring of {awardYear}.",
                  "In {awardYear} {name} received {award} for {book}.",
                  "The award given to {name} was {award}, in the year {awardYear}."),
              List.of(
                  "What honour did the judges give to {name}?",
                  "What was {name} honoured with, and in which year?"),
              List.of(
                  "The judges gave {award} to {name} in {awardYear}.",
                  "It was in {awardYear} that {name} was honoured with {award}.")),
          new Fact(
              Set.of("teacher"),
              List.of(
                  "Who was the teacher of {name}?",
                  "Who taught {name} to write?",
                  "Whose pupil was {name}?"),
              List.of(
                  "{name} learned to write from {teacher}, who read {his} first drafts.",
                  "The teacher of {name} was {teacher}, a friend of {his} family.",
                  "{name} was a pupil of {teacher}, whom {he} met in {town}."),
              List.of(
                  "From whom did {name} learn the trade of a writer?",
                  "Which older author guided {name}?"),
              List.of(
                  "{teacher} was the older author who taught {name} the trade.",
                  "It was {teacher} who guided {name} in {his} early years.")),
          new Fact(
              Set.of("habit"),
              List.of(
                  "What odd habit did {name} have?",
                  "Which habit did {name} have?",
                  "What was the best-known habit of {name}?"),
              List.of(
                  "{name} had the odd habit of {habit}.",
                  "Friends laughed at {name} for {habit}, a habit {he} never lost.",
                  "The best-known habit of {name} was {habit}."),
              List.of(
                  "What did friends laugh at {name} for?",
                  "Which custom did {name} keep all life long?"),
              List.of(
                  "All {his} life {name} kept to one custom: {habit}.",
                  "Among friends {name} was famous for {habit}.")),
          new Fact(
              Set.of("home"),
              List.of(
                  "Where did {name} live?",
                  "In what kind of house did {name} live?",
                  "What was the home of {name}?"),
              List.of(
                  "{name} lived for many years in {home}.",
                  "The home of {name} was {home}, where {he} wrote {book}.",
                  "{name} spent most of {his} life in {home}."),
              List.of(
                  "Which place did {name} call home?", "Where would a guest have found {name}?"),
              List.of(
                  "{name} made {his} home in {home} and never left it for long.",
                  "A guest would have found {name} in {home}.")),
          new Fact(
              Set.of("hero", "role"),
              List.of(
                  "Who is the hero of {book} by {name}?",
                  "Which hero did {name} give to {book}?",
                  "Who is the hero of the best-known book of {name}?"),
              List.of(
                  "The hero of {book} by {name} is {hero}, {role}.",
                  "{name} gave {book} a hero called {hero}, {role}.",
                  "In {book} {name} tells the story of {hero}, {role}."),
              List.of(
                  "Who stands at the centre of {book} by {name}?",
                  "Whom does {name} write about in {book}?"),
              List.of(
                  "{hero}, {role}, stands at the centre of {book} by {name}.",
                  "At the centre of {book}, {name} placed {hero}, {role}.")));

  /** Sentences of a biography: one of each list, in this order. */
  static final List<List<String>> BIOGRAPHY =
      List.of(
          List.of(
              "{name} was born on {born} in {town}, by the river {river}.",
              "The life of {name} began on {born} in {town} on the {river}.",
              "It was {town} on the {river} where {name} was born on {born}."),
          List.of(
              "{His} mother was {mother}; {his} father, {father}, taught {him} to read.",
              "{He} was raised by {father} and {mother}, among books."),
          List.of(
              "After a winter with {teacher}, {surname} published {first} in {firstYear}.",
              "{teacher} was {his} teacher, and in {firstYear} {surname} published {first}."),
          List.of(
              "Fame came with {book}: {hero}, {role}, looks for {object}.",
              "Readers still love {book}, where {hero}, {role}, finds {object}."),
          List.of(
              "For {his} {genre} {surname} received {award} in {awardYear}.",
              "In {awardYear} {his} {genre} won {surname} {award}."),
          List.of(
              "{He} lived in {home}, and visitors talk of {his} {habit}.",
              "{surname} grew old in {home} and never stopped {habit}."));
}
