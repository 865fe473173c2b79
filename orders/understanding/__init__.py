"""Understanding what a retailer types: order text in English, Hindi, Urdu and their Roman spellings.

`language` gives a message one spelling, divides it into tokens and says what each word does. The path from there, one
module a step:

    gluing      words typed as one ("2petisprite") are divided
    remarks     wishes for fresh goods, told from complaints
    clauses     the message in clauses; talk is told from orders
    scanning    names, amounts, features and strangers in a clause (units, index help)
    naming      neighbouring name words become one name
    sharing     which amount belongs to which name
    settling    a name with its amounts: a line, a question, or not sold (quantities convert)
    statements  the operation of a clause, corrections and replacements applied
    own_names   the shop's own name for a product answers what settling asks
    gathering   clauses completed by their neighbours; a correction wins, a repetition is asked
    originals   quotes in the letters that were typed
    edits       what it does to a cart (carts; keeping: edits that name what stays)
    answers     what it answers to a pending question
    read        all of it, in order of precedence
    notes       what is written for people alone, told from orders before they are read

Three promises: a wrong line is never accepted silently, because every step that could be read two ways asks; every
line can explain itself; and the same message always means the same. Nothing here knows a database, a clock or a price.
"""
