"""How words are read, whatever they are about: letters, digits, numbers, amounts, dates and what common words do.

The ground floor, beside nothing: no goods, no money owed, no database. One module a thing:

    files       the words, from `data/` and the folders of languages in it
    patterns    phrases written once and said in many ways
    folding     whole messages in one spelling, to look them up
    normalise   one spelling of digits, letters and marks
    spelling    when two spellings are one word
    scripts     a word in another script
    tokens      words, numbers, separators
    numbers     numbers in digits and words
    amounts     an amount of money
    dates       a day or a month
    lexicon     what words do (`data/roles.json`); roles names what there is to do, write_roles writes that module
    yes_and_no  a message that agrees or refuses
    phrases     whole messages and pieces of longer ones, by meaning

The words themselves stand in `data/`; what is done with them, here.
"""
