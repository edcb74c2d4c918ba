-- Written by hand to check the report of the same name.
SELECT p.Name, (SELECT count(*) FROM PlaylistTrack pt WHERE pt.PlaylistId = p.PlaylistId) AS tracks
  FROM Playlist p
 ORDER BY tracks DESC, p.PlaylistId;
