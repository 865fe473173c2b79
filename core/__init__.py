"""What every layer stands on: settings, database, tenancy, money, time, errors, words, outbox, audit, queue.

core holds no business. It knows nothing of retailers, credit or invoices, and imports nothing above itself.
"""
