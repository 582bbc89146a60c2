package app_test

import "testing"

// engines are the combinations of engines that the program is run on, by the variables that settings reads.
var engines = []struct {
	name                 string
	tables, objects, bus string
}{
	{name: "SQLite"},
	{name: "PostgreSQL", tables: "postgres"},
	{name: "PostgreSQL, S3 and NATS", tables: "postgres", objects: "s3", bus: "nats"},
	{name: "DynamoDB, S3, SNS and SQS", tables: "dynamodb"},
}

// TestEngines passes the tests of the whole program from requests to what is recorded, answered, told and erased on each of them.
func TestEngines(t *testing.T) {
	flows := []struct {
		name string
		test func(*testing.T)
	}{
		{"photos: from an upload to recorded moods", TestPhotos_from_an_upload_to_recorded_moods},
		{"photos: people are recognised", TestPeople_introduced_by_photos_are_recognised_in_others},
		{"photos: moods that a client measured", TestMoods_measured_by_the_client_go_where_those_of_photos_go},
		{"photos: the live stream", TestStream_tells_faces_as_they_are_recorded_and_resumes},
		{"photos: another tenant's stream", TestStream_tells_a_tenant_only_its_own},
		{"opinions: from a file to an answer", TestApp_from_a_file_to_an_answer},
		{"opinions: versions", TestApp_new_version_answers_once_published_and_rolls_back},
		{"opinions: corrections", TestModels_are_corrected_and_trained_anew},
		{"opinions: batches", TestAPI_batch_is_classified_downloaded_and_deleted},
		{"opinions: over a restart", TestApp_keeps_everything_over_a_restart},
		{"opinions: another process trains", TestApp_functions_may_run_in_another_process},
		{"opinions: work is given back", TestApp_stop_gives_running_work_back},
		{"dead letters", TestAPI_dead_letters_are_listed_redriven_and_dropped},
		{"queues", TestQueues_tell_how_old_the_oldest_is_and_how_many_are_tried_again},
		{"erasing a photo", TestPhotos_erased_leave_a_receipt},
		{"erasing a photo, for who follows", TestStream_tells_everybody_of_an_erased_photo},
		{"erasing a tenant", TestTenants_removing_one_leaves_nothing},
		{"erasing a tenant with opinions", TestApp_removing_a_tenant_leaves_nothing},
		{"subscriptions: webhooks", TestSubscriptions_webhook_is_told_of_each_face_that_is_recorded},
		{"subscriptions: over a restart", TestSubscriptions_what_waits_is_told_after_a_restart},
		{"subscriptions: mail, and its end", TestSubscriptions_recipient_of_mail_unsubscribes_by_its_link},
		{"subscriptions: trainings and batches", TestSubscriptions_trainings_and_batches_are_told_by_webhook},
		{"subscriptions: of people", TestPeople_renamed_and_merged_are_told_of_to_those_who_subscribed_to_them_until_erased},
	}
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Setenv("ANIMO_TEST_TABLES", e.tables)
			t.Setenv("ANIMO_TEST_OBJECTS", e.objects)
			t.Setenv("ANIMO_TEST_BUS", e.bus)
			for _, f := range flows {
				t.Run(f.name, f.test)
			}
		})
	}
}
