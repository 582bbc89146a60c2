package sqldb

// Migrations are the files of migrations.
var Migrations = migrations
