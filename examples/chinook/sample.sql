-- A shop shaped like Chinook, small enough to check by eye, with what goes wrong easily: prices whose binary sums are not what they
-- seem (0.10 + 0.20), whole prices (kept as integers), equal sums, an invoice of exactly the average, a sale below the list price,
-- singles without album, names that are NULL, an empty playlist, two heads of staff, an employee who was there before his manager,
-- months without a sale.
CREATE TABLE Artist (ArtistId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE Album (
    AlbumId INTEGER NOT NULL PRIMARY KEY, Title NVARCHAR(160) NOT NULL, ArtistId INTEGER NOT NULL REFERENCES Artist (ArtistId));
CREATE TABLE Genre (GenreId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE MediaType (MediaTypeId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE Track (
    TrackId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(200) NOT NULL, AlbumId INTEGER REFERENCES Album (AlbumId),
    MediaTypeId INTEGER NOT NULL REFERENCES MediaType (MediaTypeId), GenreId INTEGER REFERENCES Genre (GenreId),
    Composer NVARCHAR(220), Milliseconds INTEGER NOT NULL, Bytes INTEGER, UnitPrice NUMERIC(10,2) NOT NULL);
CREATE TABLE Playlist (PlaylistId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE PlaylistTrack (
    PlaylistId INTEGER NOT NULL REFERENCES Playlist (PlaylistId), TrackId INTEGER NOT NULL REFERENCES Track (TrackId),
    PRIMARY KEY (PlaylistId, TrackId));
CREATE TABLE Employee (
    EmployeeId INTEGER NOT NULL PRIMARY KEY, LastName NVARCHAR(20) NOT NULL, FirstName NVARCHAR(20) NOT NULL, Title NVARCHAR(30),
    ReportsTo INTEGER REFERENCES Employee (EmployeeId), BirthDate DATETIME, HireDate DATETIME, Address NVARCHAR(70), City NVARCHAR(40),
    State NVARCHAR(40), Country NVARCHAR(40), PostalCode NVARCHAR(10), Phone NVARCHAR(24), Fax NVARCHAR(24), Email NVARCHAR(60));
CREATE TABLE Customer (
    CustomerId INTEGER NOT NULL PRIMARY KEY, FirstName NVARCHAR(40) NOT NULL, LastName NVARCHAR(20) NOT NULL, Company NVARCHAR(80),
    Address NVARCHAR(70), City NVARCHAR(40), State NVARCHAR(40), Country NVARCHAR(40), PostalCode NVARCHAR(10), Phone NVARCHAR(24),
    Fax NVARCHAR(24), Email NVARCHAR(60) NOT NULL, SupportRepId INTEGER REFERENCES Employee (EmployeeId));
CREATE TABLE Invoice (
    InvoiceId INTEGER NOT NULL PRIMARY KEY, CustomerId INTEGER NOT NULL REFERENCES Customer (CustomerId), InvoiceDate DATETIME NOT NULL,
    BillingAddress NVARCHAR(70), BillingCity NVARCHAR(40), BillingState NVARCHAR(40), BillingCountry NVARCHAR(40),
    BillingPostalCode NVARCHAR(10), Total NUMERIC(10,2) NOT NULL);
CREATE TABLE InvoiceLine (
    InvoiceLineId INTEGER NOT NULL PRIMARY KEY, InvoiceId INTEGER NOT NULL REFERENCES Invoice (InvoiceId),
    TrackId INTEGER NOT NULL REFERENCES Track (TrackId), UnitPrice NUMERIC(10,2) NOT NULL, Quantity INTEGER NOT NULL);

INSERT INTO Artist VALUES (1, 'Zebra Crossing'), (2, 'Aardvark'), (3, 'Þórdís Æsir'), (4, NULL);
INSERT INTO Album VALUES (1, 'Stripes', 1), (2, 'It''s "Quoted"', 2), (3, 'Été', 3);
INSERT INTO Genre VALUES (1, 'Rock'), (2, 'Jazz'), (3, NULL), (4, 'Unheard');
INSERT INTO MediaType VALUES (1, 'MPEG audio file'), (2, 'AAC audio file');
INSERT INTO Track VALUES
    (1, 'Opening', 1, 1, 1, 'Z. Crossing', 200000, 3200000, 0.10),
    (2, 'Closing', 1, 1, 1, NULL, 210000, NULL, 0.20),
    (3, 'Solo', 2, 1, 2, NULL, 305000, 4100000, 0.30),
    (4, 'Nordlicht', 3, 2, 1, 'Þ. Æsir', 190500, 5300000000, 2.00),
    (5, 'Ménage', 3, 2, NULL, NULL, 185000, 2900000, 1.10),
    (6, '100% unsold_', 2, 1, 2, NULL, 99000, 1500000, 0.99),
    (7, 'Nobody''s single', NULL, 1, 2, NULL, 120000, 1900000, 1.99),
    (8, 'Radio hit', NULL, 1, 3, NULL, 150000, 2400000, 1.20);
INSERT INTO Playlist VALUES (1, 'Music'), (2, NULL), (3, 'Empty'), (4, 'Music');
INSERT INTO PlaylistTrack VALUES (1, 1), (1, 2), (1, 8), (2, 3), (4, 1);
INSERT INTO Employee (EmployeeId, LastName, FirstName, Title, ReportsTo, BirthDate, HireDate) VALUES
    (1, 'North', 'Ada', 'General Manager', NULL, '1962-02-18 00:00:00', '2002-08-14 00:00:00'),
    (2, 'West', 'Ben', 'Sales Manager', 1, '1958-12-08 00:00:00', '2002-05-01 00:00:00'),
    (3, 'Eastwood', 'Cid', 'Sales Agent', 5, NULL, '2003-10-17 00:00:00'),
    (4, 'South', 'Dee', NULL, NULL, NULL, NULL),
    (5, 'Late', 'Eva', 'Team Lead', 2, NULL, '2004-01-01 00:00:00');
INSERT INTO Customer (CustomerId, FirstName, LastName, Country, Email, SupportRepId) VALUES
    (1, 'Siv', 'Ås', 'Norway', 'siv@example.com', 3),
    (2, 'Bjørn', 'Dahl', 'Norway', 'bjorn@example.com', 3),
    (3, 'Jón', 'Einarsson', 'Iceland', 'jon@example.com', 4),
    (4, 'Kim', 'Nowhere', NULL, 'kim@example.com', NULL),
    (5, 'Ola', 'Dahl', 'Norway', 'ola@example.com', 1);
INSERT INTO Invoice (InvoiceId, CustomerId, InvoiceDate, Total) VALUES
    (1, 1, '2024-11-30 23:59:59', 0.10),
    (2, 1, '2024-12-01 00:00:00', 0.20),
    (3, 2, '2024-12-24 00:00:00', 0.30),
    (4, 3, '2025-01-02 00:00:00', 7.30),
    (5, 4, '2025-01-02 00:00:00', 1.20),
    (6, 4, '2025-03-31 00:00:00', 1.10),
    (7, 3, '2025-03-31 12:00:00', 1.70);
INSERT INTO InvoiceLine VALUES
    (1, 1, 1, 0.10, 1), (2, 2, 2, 0.20, 1), (3, 3, 3, 0.30, 1), (4, 4, 4, 2.00, 2), (5, 4, 5, 1.10, 3), (6, 5, 8, 1.20, 1),
    (7, 6, 5, 1.10, 1), (8, 7, 8, 1.20, 1), (9, 7, 5, 0.50, 1);
