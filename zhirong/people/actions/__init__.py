"""The verbs of people, by theme: the only writers of this module's tables.

sign_in: log-ins and sessions. parties: parties and membership. verification: who a party is.
roles: who may do what. secrets: resident ids and accounts. tokens: keys for the API.
"""
