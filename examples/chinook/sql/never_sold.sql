-- Written by hand, in whole cents, to check the report of the same name.
SELECT t.Name,
       (SELECT b.Title FROM Album b WHERE b.AlbumId = t.AlbumId),
       printf('%d.%02d', CAST(round(t.UnitPrice * 100) AS INTEGER) / 100, CAST(round(t.UnitPrice * 100) AS INTEGER) % 100)
  FROM Track t
 WHERE t.TrackId NOT IN (SELECT TrackId FROM InvoiceLine)
 ORDER BY t.TrackId;
