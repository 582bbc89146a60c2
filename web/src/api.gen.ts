// Made by `make api` from the description of the API; not to be changed by hand.

export interface paths {
    "/invocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Classify texts in MLflow's protocol, by the one model that answers or the one that is named
         * @description As an MLflow scoring server answers; errors have error_code and message. JSON is taken, CSV is not.
         */
        post: operations["invoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/modelos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that answer */
        get: operations["modelos"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/senti": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Classify opinions */
        post: operations["senti"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/datasets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every kept revision of every training file */
        get: operations["list-datasets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/datasets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest revision of a training file */
        get: operations["get-dataset"];
        put?: never;
        post?: never;
        /**
         * Forget a training file: bytes and rows, every revision
         * @description Models trained of it go on answering.
         */
        delete: operations["delete-dataset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/datasets/{name}/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Rows of a training file, in its order
         * @description Of its newest revision. A search looks at 50,000 rows a page, so that a page may be empty and another one follow it.
         */
        get: operations["list-rows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/faces/{face}/correction": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say what a recorded face shows, or that it is none
         * @description With emotion, the face shows that; where it is the one that was found most probable, that is kept as right. With not_a_face, it is recorded and counted no more, and nothing is kept of who it was. The face's record and the counts of moods say so at once; it holds for the face in the same place when the photo is analysed again. A face that a client measured is corrected in the same way, and counted in no accuracy. Subscribers who were told of the face are not told again; what waits for them is changed, and those who follow /v1/stream hear of what is no face (event erased). The answer is the face.
         */
        put: operations["correct-face"];
        post?: never;
        /**
         * Take back what was said of a face's emotion, or that it is none
         * @description The face is again as the analysis found it, or the client measured it.
         */
        delete: operations["uncorrect-face"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/faces/{face}/person": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say who a recorded face is, or is not
         * @description With name, the face is that person's, who may be new, until something else is said, and the person is known by it, too. With not, it is never taken for that person's again, and neither are faces like it. What was recorded says so at once; photos recorded before and after follow. It holds when the photo is analysed again. It needs the numbers of the face, which are kept as long as its photo (setting keep-descriptors); a face that a client measured has none, and is nobody's. The answer is the face.
         */
        post: operations["name-face"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/functions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What each function did, how long it took, and what failed last
         * @description Of the process that answers, since it started, for all tenants together.
         */
        get: operations["list-functions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that answer */
        get: operations["list-models"];
        put?: never;
        /**
         * Train a model of one or several ingested training files
         * @description Always makes a new version, which learns from the model's corrections, too. Without datasets, it is made of those of the version that answers. The version that answers goes on answering until the new one is published.
         */
        post: operations["train-model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A model, its kept versions and their scores */
        get: operations["get-model"];
        put?: never;
        post?: never;
        /** Forget a model with all its versions, corrections and batches */
        delete: operations["delete-model"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/aliases/{alias}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Give a version another name
         * @description Every call that classifies may ask for it (?version=challenger), and the version is kept for as long as it has the name.
         */
        put: operations["set-alias"];
        post?: never;
        /** Take a version's other name away */
        delete: operations["remove-alias"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A model's batches, newest first */
        get: operations["list-batches"];
        put?: never;
        /**
         * Have a file of texts classified
         * @description The body is the file, in any format that a training file may have, with labels or without, or a text a line. When the answer comes, the file is on disk and will be classified, whatever happens, by the version that answers when that begins. A file sent twice is two batches. A form may have it as its first file. Without a body, dataset names a training file that the server has, read as it was for the training; the batch is deleted with it. Under the id starter the starter model answers, of who has trained no model of that name: it is a lexicon with three numbers, of Spanish, English or Portuguese as the texts are, for reviews of hotels, restaurants and the like.
         */
        post: operations["add-batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/batches/{batch}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a batch is */
        get: operations["get-batch"];
        put?: never;
        post?: never;
        /** Forget a batch: its file, its result and what is known of it */
        delete: operations["delete-batch"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/batches/{batch}/aspects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a batch's texts complain about
         * @description How many texts praise and blame each of eight aspects (room, bathroom, food, staff, price, noise, location, facilities), the sentences that say so most clearly, and the words that stand out in bad and in good texts; by source and by month where columns of the file tell them. A label that the file has counts, then a correction, then what the model says.
         */
        get: operations["get-batch-aspects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/batches/{batch}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a batch's texts say, as a CSV file
         * @description In UTF-8 with a byte order mark, so that Excel reads it: the columns of the file, then label, probability and evidence (the words that decided most, with their log-odds towards Positivo). A text that a spreadsheet would take for a formula has an apostrophe in front.
         */
        get: operations["get-batch-result"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/classify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Classify texts, with probabilities and what decided */
        post: operations["classify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/corrections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A model's corrections, by id */
        get: operations["list-corrections"];
        /**
         * Say what texts say, in a file
         * @description The body is a file as a training file may be: every row is a correction.
         */
        put: operations["correct-model-from-file"];
        /**
         * Say what a text says
         * @description From now on the model answers so of that text, whatever version answers. Every later training of the model (another file under its name, or POST /v1/models) learns from it as from a row of its files, in place of those with the same text, and says in corrections how many there were and in corrections_learned how many of them it says by itself. Another label for the same text replaces it; the same changes nothing.
         */
        post: operations["correct-model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/corrections/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what several texts say
         * @description Up to 1,000 corrections, each as POST /v1/models/{id}/corrections takes one. Where one of them cannot be kept, none is.
         */
        post: operations["correct-model-often"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/corrections/{correction}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Forget a correction
         * @description Versions that learned from it stay as they are; later ones do not.
         */
        delete: operations["delete-correction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Let another kept version answer: roll back, or forward again, or publish one that is held */
        put: operations["serve-version"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/datasets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a model learn from more ingested files, and train it */
        post: operations["add-datasets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/datasets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Upload one more file of labelled opinions for a model, and train it
         * @description The body is a file as that of PUT /v1/training/{name}. The model's next version learns from it besides the files that it had; a file of a name that it has is a new revision of that one. When the answer comes, the file is on disk and will be trained, whatever happens. The version is a candidate: it does not answer where it is worse.
         */
        put: operations["add-file"];
        post?: never;
        /**
         * Have a model learn from its files but one, and train it
         * @description The file is kept: DELETE /v1/datasets/{name} forgets it.
         */
        delete: operations["remove-dataset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/experiment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a model's last experiment has shown */
        get: operations["get-experiment"];
        /**
         * Have another version answer a share of the texts, to find out which is right more often
         * @description The same key (?key= of the calls that classify), or without one the same text, is always answered by the same version. A challenger that is known to be worse, by the answers that were corrected, no longer answers; subscriptions are told (model.compared). One may look at any time: the judgement holds however often. An experiment that runs is ended by another one.
         */
        put: operations["start-experiment"];
        post?: never;
        /** End a model's experiment: the version that answered before answers all */
        delete: operations["end-experiment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The version of a model that answers as one file
         * @description A zip of vectorizer.json, network.safetensors, report.json and SHA256SUMS, which animo classify --model reads as it is.
         */
        get: operations["download-model"];
        /**
         * Take a model that was downloaded, or that animo model push made of a folder, as a new version
         * @description It is read and checked as a whole, and published as one that was trained here. The file of the newest version once more is that version.
         */
        put: operations["upload-model"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/invocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Classify texts in MLflow's protocol
         * @description As /invocations does, for clients that add that to a model's own URL.
         */
        post: operations["invoke-model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/life": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a version answered, by hour, whether the texts have changed, and how often it is likely to be right
         * @description Counts alone: no text is kept. The last seconds may be missing. A drift is told to subscriptions as model.drifted, once a day.
         */
        get: operations["model-life"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Say which trained versions of a model answer by themselves */
        put: operations["set-policy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say when a model is trained by itself
         * @description Of the newest revisions of the files that it learned from, and the corrections. An empty body ends it. What is trained so is a candidate as any other: it does not answer where it is worse. Each version says why it was trained (cause).
         */
        put: operations["set-schedule"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One version of a model: how far it is, or its scores */
        get: operations["get-model-version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/versions/{version}/compared/{other}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How much better a version is than another one, with intervals
         * @description By the rows that both were measured on, as a paired bootstrap; a difference whose interval holds 0 is not beyond chance. 0 rows where they have none in common, or were made by an earlier release.
         */
        get: operations["compare-versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/versions/{version}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A version of a model as one file
         * @description A zip of vectorizer.json, network.safetensors, report.json and SHA256SUMS, which animo classify --model reads as it is.
         */
        get: operations["download-version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/versions/{version}/misjudged": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Rows that a version got wrong when it was measured, those whose label may be wrong first
         * @description The first 1,000. Rows that were corrected since, and those of files and corrections that were forgotten, are left out, and so are those of files that are too long to be measured as a whole.
         */
        get: operations["list-misjudged"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was recorded of each face, the last taken first
         * @description A page may have fewer faces than limit, even none, before the end: next is absent at the end only.
         */
        get: operations["list-moods"];
        put?: never;
        /**
         * Send faces that you measured yourself, without their picture
         * @description A page that looks at its visitor's camera sends what it measured, never the picture. Such a face is recorded as one of a photo is, in its mood's table, the counts, the live stream, exports and subscriptions, with measured_by client and an empty photo_id; nobody is recognised. When the answer comes, the faces are on disk and will be recorded, whatever happens. A face's id follows from all that is said of it: the same faces again change nothing. A face that was erased is refused with 409 for some minutes, so that a repeat on its way does not bring it back.
         */
        post: operations["measure-moods"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moods/accuracy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How often the analysis was right, by what you said of faces
         * @description Counted are the faces that are kept and of which somebody said what they show (PUT /v1/faces/ID/correction), right ones too. Who corrects only what is wrong sees how it is wrong, and not how often: for that, say of some photos what each of their faces shows.
         */
        get: operations["get-accuracy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moods/accuracy/layer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Use what was learned from what you said of faces, or do not
         * @description Once enough faces were said to show an emotion, a small layer on the network's seven probabilities is fitted to them, and again when a tenth more were said. It is used for photos that are analysed from then on only if it is better on photos that it did not learn from. A face says in network_emotions what the network alone found. Faces that are recorded stay as they are until their photos are analysed again (POST /v1/photos:reanalyse).
         */
        put: operations["use-layer"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moods/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All that was recorded of faces as a file, the first taken first
         * @description CSV in UTF-8, with a byte order mark so that Excel reads it, and a header (tenant_id, mood, image_id, celebrities, celebrities_similarity, emotion, emotion_confidence, face_id, photo_id, source, leaned_to, emotion_HAPPY, emotion_SAD, emotion_ANGRY, emotion_CONFUSED, emotion_DISGUSTED, emotion_SURPRISED, emotion_CALM, emotion_FEAR, emotion_UNKNOWN, box_left, box_top, box_width, box_height, confidence, age, gender, gender_confidence, taken_at, accepted_at, analysed_at, measured_by, taken_by, unsure), or JSONL with a record of /v1/moods a line; celebrities are joined by semicolons. Texts that a spreadsheet would take for a formula have an apostrophe in front. When the file cannot be given whole, the connection breaks off.
         */
        get: operations["export-moods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moods/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many faces of each mood there were in each interval
         * @description Intervals without a face are left out. Everybody's faces are counted beforehand, a person's one by one, 200,000 at most.
         */
        get: operations["summarise-moods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moods/{face}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Erase a face that a client measured
         * @description What was recorded of it, its counts, and its events and deliveries that wait. The answer says what was removed, and those who follow /v1/stream hear of it (event erased). A photo's faces are erased with the photo.
         */
        delete: operations["erase-mood"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The people you introduced, by name */
        get: operations["list-people"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person and the faces the person is known by */
        get: operations["get-person"];
        put?: never;
        post?: never;
        /**
         * Erase a person, and the name from everything that was recorded
         * @description The name, the faces the person is known by with their numbers and small pictures, what was said of faces, and the subscriptions to the person with what waits for them and their logs. What was recorded of the faces stays, as somebody's who is not known. The answer says what was removed.
         */
        delete: operations["erase-person"];
        options?: never;
        head?: never;
        /** Give a person another name, in everything that was recorded, too */
        patch: operations["rename-person"];
        trace?: never;
    };
    "/v1/people/{name}/examples/{example}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A small picture of one face that the person is known by
         * @description Its longest side has at most 160 pixels.
         */
        get: operations["get-person-example"];
        put?: never;
        post?: never;
        /**
         * Forget one face that the person is known by, such as a wrong one
         * @description Its numbers and its small picture go, and recorded faces that were named by it are looked through again. Where somebody had said that a recorded face is the person's, that is taken back. The answer is the person.
         */
        delete: operations["remove-example"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{name}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that two people are one
         * @description The examples and the recorded faces of this person become the other's, and this name is free again. The answer is the other.
         */
        post: operations["merge-person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{name}/photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Introduce a person by photos, or add some: several in a form, or one as the body
         * @description A form (multipart/form-data; with curl: -F file=@ana1.jpg -F file=@ana2.jpg) may have up to 1000 files; any other body is one photo (with curl: --data-binary @ana.jpg). A photo shows the person alone, or far more prominently than anybody else, and well enough: the answer says what to mend otherwise (no_face, several_faces, small_face, bad_light, blurred_face, turned_face). Of the photo, 128 numbers and a small picture of the face are kept. Photos that are recorded already are looked through for the person.
         */
        post: operations["introduce-person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{name}/thumbnail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A small picture of the person's face
         * @description Its longest side has at most 160 pixels.
         */
        get: operations["get-person-thumbnail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your photos, newest first, and how far each is
         * @description A page may have fewer photos than limit, even none, before the end: next is absent at the end only.
         */
        get: operations["list-photos"];
        put?: never;
        /**
         * Upload photos: one or many in a form, or one as the body
         * @description A form (multipart/form-data; with curl: -F file=@photo.jpg) may have up to 1000 files; its fields source, taken_at and modified_at hold for the files after them, which are not taken where such a field is wrong; others are passed over. Any other body is one photo, and name says what it is called (with curl: --data-binary @photo.jpg). When the answer comes, the photo is on disk and will be analysed, whatever happens. The same bytes under the same name are the same photo: sent again, they are answered known, and the source and taken_at of the first time stay. What kind of picture it is, its content says: JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF or a camera's raw photo. A file whose first bytes tell that it is none of these, or one that this machine cannot read, is refused at once (415).
         */
        post: operations["upload-photos"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/photos/{photo}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a photo is, and the faces in it */
        get: operations["get-photo"];
        /**
         * Upload one photo under its name
         * @description The body is the photo; with curl: -T photo.jpg. When the answer comes, the photo is on disk and will be analysed, whatever happens. The same bytes under the same name are the same photo: sent again, they are answered known, and the source and taken_at of the first time stay. What kind of picture it is, its content says: JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF or a camera's raw photo. A file whose first bytes tell that it is none of these, or one that this machine cannot read, is refused at once (415).
         */
        put: operations["upload-photo"];
        post?: never;
        /**
         * Erase a photo and everything made of it
         * @description Its bytes, its thumbnail, what was recorded of its faces, their descriptors, and its events that wait. The answer says what was removed, and those who follow /v1/stream hear of it (event erased).
         */
        delete: operations["erase-photo"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/photos/{photo}/image": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A photo's picture
         * @description The bytes as they came, under the media type of their content, for as long as pictures are kept; or one made of them, a JPEG. One photo is drawn on (annotated) at once; ask for the next when it has come.
         */
        get: operations["get-image"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/photos:reanalyse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Analyse photos again: some, or all
         * @description By the networks and the people that there are now. Each photo waits its turn as a new one does, and tells how far it is; until it is done, its faces stay as they were, and then they are replaced, with other ids. What was said of a face holds for the face in its place. What was told of faces is not told again. It takes the picture: photos that are kept without one are skipped.
         */
        post: operations["reanalyse-photos"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many of your events wait in each function's queue */
        get: operations["list-queues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues/{queue}/dead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a function could not deal with, and why */
        get: operations["list-dead-letters"];
        put?: never;
        post?: never;
        /** Forget all dead letters of a queue */
        delete: operations["drop-dead-letters"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues/{queue}/dead/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try all dead letters of a queue again */
        post: operations["redrive-dead-letters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues/{queue}/dead/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One dead letter with its event */
        get: operations["get-dead-letter"];
        put?: never;
        post?: never;
        /** Forget a dead letter */
        delete: operations["drop-dead-letter"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues/{queue}/dead/{id}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a dead letter again, three times anew */
        post: operations["redrive-dead-letter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was erased, newest first */
        get: operations["list-receipts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who you are here and what you may do
         * @description Needs no key, and says whether one is needed.
         */
        get: operations["get-session"];
        put?: never;
        /**
         * Sign a browser in with a key
         * @description Sets a cookie with the key, which scripts cannot read and other sites cannot use, over TLS under the name __Host-animo_session; it counts like the header Authorization until the browser is closed, the session is, or the key is revoked. Programs need no session.
         */
        post: operations["open-session"];
        /**
         * Sign a browser out
         * @description Takes the cookie away. The key stays as it is.
         */
        delete: operations["close-session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Faces as they are recorded, live (server-sent events)
         * @description Each face is an event named mood, whose data is a record of /v1/moods and whose id is where to go on after it. An event named erased, {"photo_id":id}, says that a photo was erased: take away what you show of its faces. {"face_id":id} in it says the same of one face that a client had measured. It comes whatever faces are asked for. An event named gap, {"after":id}, says that what was recorded up to that id is not in the stream any more; /v1/moods still has those faces. The stream begins with an id to go on after, so that who heard nothing before it broke off misses nothing, either; a comment comes every 15 seconds. It has no end but the client's or the server's. A client that does not read is dropped, and so is one whose key is revoked, within these 15 seconds.
         */
        get: operations["stream-moods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is told of faces, and how each stands */
        get: operations["list-subscriptions"];
        put?: never;
        /**
         * Have a program or a person told of faces, or of trainings and batches
         * @description A webhook gets {type, timestamp, data} as JSON, data being what is recorded of the face, signed as Standard Webhooks says (headers webhook-id, webhook-timestamp, webhook-signature). It must answer 200 to 299 in time; otherwise it is tried again with growing pauses for a day, while what comes after waits in order. E-mail has the record as its text. With about: opinions, data is what the event of a training or a batch says, and e-mail a sentence before it.
         */
        post: operations["add-subscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{subscription}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One subscription, and how it stands */
        get: operations["get-subscription"];
        put?: never;
        post?: never;
        /** Forget a subscription with what waits for it and its log */
        delete: operations["remove-subscription"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{subscription}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a subscriber was told and is to be told, newest first
         * @description A page may be short, even empty, before the end.
         */
        get: operations["list-deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{subscription}/deliveries/{delivery}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tell a delivery once more, with the same message id */
        post: operations["replay-delivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{subscription}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tell once more all that came since a time, as far as the log goes back */
        post: operations["replay-deliveries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{subscription}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tell a paused subscriber what waits for it, or try one that fails again, at once */
        post: operations["resume-subscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{subscription}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new secret for a webhook's signatures
         * @description For a day, messages carry a signature of the secret before it too, so that a receiver has time to change.
         */
        post: operations["rotate-subscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{subscription}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tell a subscriber of a made-up face now, and say how that went */
        post: operations["test-subscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenants */
        get: operations["list-tenants"];
        put?: never;
        /**
         * Make a tenant
         * @description Without a purpose it can use opinions, and its photos are refused.
         */
        post: operations["add-tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Forget a tenant: its keys, photos, people, files, rows, models and queued events
         * @description Nothing can be brought back. The tenant is gone at once; what it had is erased before the answer, or, where that takes longer than a request may (504), in the minutes after. Its name is free again five minutes later. When its keys were the last of all, everybody on this machine is let in again.
         */
        delete: operations["remove-tenant"];
        options?: never;
        head?: never;
        /**
         * Change what a tenant may do with photos
         * @description It holds from the next photo on. What is not said stays as it is.
         */
        patch: operations["change-tenant"];
        trace?: never;
    };
    "/v1/tenants/{tenant}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A tenant's keys, by how they begin */
        get: operations["list-keys"];
        put?: never;
        /**
         * Make a key and show it, once
         * @description From the first key on, every request needs one, this machine's too. Let the first one be an administrator's, or tenants and keys can be looked after on the command line only.
         */
        post: operations["add-key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Make a key worthless, at once
         * @description When it was the last of all, everybody on this machine is let in again; see animo keys.
         */
        delete: operations["revoke-key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/training": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far the newest training of each model is */
        get: operations["list-trainings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/training/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far the newest training of a model is */
        get: operations["get-training"];
        /**
         * Upload a file of labelled opinions and train a model of it
         * @description The body is the file: CSV, TSV and text with ; or |, with or without a header; JSON by line, by object or by column; fastText; XLSX; also packed by gzip or zip. What it is, its columns and the scale of its labels are found, or said in the query; the file's record tells them (reading). When the answer comes, the file is on disk and will be trained, whatever happens. The same bytes under the same name, read the same way, are the same training.
         */
        put: operations["upload-training-file"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A model in the Open Inference Protocol (KServe V2): its tensors */
        get: operations["describe-inference"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/models/{id}/infer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Classify texts in the Open Inference Protocol (KServe V2)
         * @description One input tensor of BYTES has the texts. Errors are an object with error. Tensors in binary are not taken.
         */
        post: operations["infer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/models/{id}/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a model answers, in the Open Inference Protocol */
        get: operations["model-ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AccuracyView: {
            /** @description By what the faces show; emotions of which nothing was said or found are left out. */
            each: components["schemas"]["EmotionView"][] | null;
            /** @description Of the faces of which the emotion was said: those of which it is the one that was found most probable. */
            emotions: components["schemas"]["ShareView"];
            /** @description Of all of which something was said: those that are faces. */
            faces: components["schemas"]["ShareView"];
            /** @description What was learned from what you said. */
            layer: components["schemas"]["LayerView"];
            /** @description Of these, without those that were left unsure: those that were given the emotion's mood. */
            moods: components["schemas"]["ShareView"];
            /**
             * Format: int64
             * @description Of the faces of which the emotion was said: those that were OTHER for want of confidence.
             */
            unsure: number;
        };
        "Add-datasetsRequest": {
            /**
             * @description Names of ingested training files.
             * @example [
             *       "febrero.txt"
             *     ]
             */
            datasets: string[] | null;
        };
        "Add-tenantRequest": {
            /**
             * Format: int64
             * @description Faces measured by its clients that it may send in a minute.
             */
            faces_per_minute?: number;
            /**
             * @description 1 to 63 lower-case letters, digits and hyphens.
             * @example hotel-sol
             */
            id: string;
            /**
             * @description How long what was recorded of faces is kept; not less than its photos.
             * @example 8760h
             */
            keep_faces?: string;
            /**
             * @description How long its pictures, thumbnails and descriptors are kept.
             * @example 720h
             */
            keep_photos?: string;
            /**
             * Format: int64
             * @description Bytes of photos kept for it.
             */
            max_photo_bytes?: number;
            /**
             * Format: int64
             * @description Photos kept for it.
             */
            max_photos?: number;
            /**
             * @description How sure it must be who a face is before it has a name: strict, usual or eager, by which about 0.3, 1 or 5 of 100 strangers get a name; empty is usual.
             * @example usual
             */
            naming?: string;
            /**
             * Format: int64
             * @description Photos that it may send in a minute. This and what follows: 0 takes the server's setting.
             */
            photos_per_minute?: number;
            /**
             * @description What it analyses faces for: event, customers, research, health or safety; empty for no more photos.
             * @example event
             */
            purpose?: string;
            /**
             * @description Where its cameras and days are, as IANA calls it: for photos whose EXIF time has no offset, and summaries; empty takes the server's setting.
             * @example America/Havana
             */
            time_zone?: string;
        };
        AgainBody: {
            /**
             * @description Where to go on, from next of the answer before.
             * @example
             */
            after?: string;
            /**
             * @description All of them.
             * @example false
             */
            all?: boolean;
            /**
             * @description Those taken then or later: RFC 3339, a date (UTC), or so long ago, such as -7d.
             * @example -7d
             */
            from?: string;
            /**
             * @description These photos.
             * @example [
             *       "20260801T211502.125Z-9f86d081884c7d65"
             *     ]
             */
            ids?: string[] | null;
            /**
             * @description Those of this camera or stage; empty: those without one.
             * @example puerta-norte
             */
            source?: string;
            /**
             * @description Those taken before; written as from is.
             * @example 2026-08-02
             */
            to?: string;
        };
        AgainOutputBody: {
            /** @description Ask again with this as after to go on; absent at the end. */
            next?: string;
            /**
             * Format: int64
             * @description How many wait for their analysis now.
             */
            queued: number;
            /**
             * Format: int64
             * @description How many have no picture any more, or are not there.
             */
            skipped: number;
        };
        AspectCounts: {
            /**
             * @description Which one.
             * @enum {string}
             */
            aspect: "room" | "bath" | "food" | "staff" | "price" | "noise" | "location" | "facilities";
            /**
             * Format: int64
             * @description Texts that blame it.
             */
            bad: number;
            /** @description That blame it, the clearest first. */
            bad_sentences?: components["schemas"]["AspectSentence"][] | null;
            /**
             * Format: int64
             * @description Texts that praise it; one that does both counts twice.
             */
            good: number;
            /** @description That praise it, the clearest first. */
            good_sentences?: components["schemas"]["AspectSentence"][] | null;
            /** @description What people call it. */
            name: components["schemas"]["Words"];
        };
        AspectGroup: {
            /** @description All eight. */
            aspects: components["schemas"]["AspectTally"][] | null;
            /**
             * Format: int64
             * @description Texts that blame.
             */
            bad: number;
            /**
             * Format: int64
             * @description Texts that praise on the whole.
             */
            good: number;
            /** @description Of the source, or the month, such as 2026-11. */
            name: string;
            /**
             * Format: int64
             * @description How many there are.
             */
            texts: number;
        };
        AspectReport: {
            /** @description All eight, always in the same order. */
            aspects: components["schemas"]["AspectCounts"][] | null;
            /**
             * Format: int64
             * @description Texts that blame; the rest are texts of which the model knows no word.
             */
            bad: number;
            /** @description Words, and pairs of words, that stand out in bad texts, those that do most first. */
            bad_terms: components["schemas"]["Term"][] | null;
            /**
             * Format: int64
             * @description Texts that praise on the whole.
             */
            good: number;
            /** @description The same of good texts. */
            good_terms: components["schemas"]["Term"][] | null;
            /**
             * Format: int64
             * @description Texts whose label the file or a correction gave.
             */
            labelled: number;
            /** @description Of the aspects' terms: es, en or pt. */
            language: string;
            /** @description By month, in order. Absent where the file does not tell. */
            periods?: components["schemas"]["AspectGroup"][] | null;
            /** @description By where the texts come from, those with most texts first; the rest of more than 100 is …. Absent where the file does not tell. */
            sources?: components["schemas"]["AspectGroup"][] | null;
            /**
             * Format: int64
             * @description That were read.
             */
            texts: number;
        };
        AspectSentence: {
            /** @description As it stands in the text. */
            sentence: string;
            /**
             * Format: int64
             * @description The number of the text that has it, from 1.
             */
            text: number;
        };
        AspectTally: {
            /**
             * @description Which one.
             * @enum {string}
             */
            aspect: "room" | "bath" | "food" | "staff" | "price" | "noise" | "location" | "facilities";
            /**
             * Format: int64
             * @description Texts that blame it.
             */
            bad: number;
            /**
             * Format: int64
             * @description Texts that praise it.
             */
            good: number;
        };
        AspectsView: {
            /**
             * @description The batch's id.
             * @example 20260801T211502.125Z-9f86d081
             */
            batch: string;
            /** @example DB_proyecto_SA.txt */
            model: string;
            /**
             * @description Of the file.
             * @example mayo.csv
             */
            name?: string;
            report: components["schemas"]["AspectReport"];
            /** @description What the starter model is and how often it is right, where it answered. */
            starter?: components["schemas"]["Words"];
            /** @description Of the model that labelled the texts that have no label. */
            version: string;
        };
        AttemptView: {
            /** @description Why it failed; absent when it did not. */
            failure?: components["schemas"]["FailureView"];
            /**
             * Format: int64
             * @description That a webhook answered; absent when no answer came.
             */
            status?: number;
            /** Format: date-time */
            time: string;
            /** Format: int64 */
            took_ms: number;
        };
        Band: {
            /**
             * Format: double
             * @description The lowest probability of Positivo, above 0.
             * @example 0.3
             */
            from: number;
            /**
             * Format: double
             * @description The highest, below 1.
             * @example 0.7
             */
            to: number;
        };
        BatchView: {
            /** Format: date-time */
            accepted: string;
            /** @description What its texts complain about, once it is done. */
            aspects_url?: string;
            /**
             * Format: int64
             * @description Of the file.
             */
            bytes: number;
            /**
             * Format: int64
             * @description Texts that answer as somebody corrected them.
             */
            corrected: number;
            /**
             * @description The training file that it is made of, where it is one that the server has.
             * @example enero.csv
             */
            dataset?: string;
            /** @description Why it failed. */
            failure?: components["schemas"]["FailureView"];
            /**
             * Format: date-time
             * @description How long it is kept counts from then.
             */
            finished?: string;
            /**
             * Format: int64
             * @description Texts of which the model knew nothing.
             */
            guesses: number;
            /**
             * @description Begins with the moment at which it was accepted.
             * @example 20260801T211502.125Z-9f86d081
             */
            id: string;
            /** @description How many texts say what: Positivo, Negativo, Neutro. */
            labels?: {
                [key: string]: number;
            };
            /** @example DB_proyecto_SA.txt */
            model: string;
            /**
             * @description Of the file, as it was said.
             * @example mayo.csv
             */
            name?: string;
            /** @description Between which probabilities of Positivo a text is Neutro. */
            neutral?: components["schemas"]["Band"];
            /** @description How the file was read, and what was left out. A row without a text (no_text) is in the result, without an answer. */
            reading?: components["schemas"]["Reading"];
            /** @description The result, once it is done. */
            result_url?: string;
            /**
             * Format: int64
             * @description Of the file, answered so far.
             */
            rows: number;
            /** @enum {string} */
            status: "stored" | "classifying" | "done" | "failed";
            /** @description Where to ask how far it is. */
            status_url: string;
            /**
             * Format: int64
             * @description Rows of the file, as guessed from its size until it is done; 0 while nothing is known.
             */
            total: number;
            /** @description The version of the model that answers, one for all texts; starter- and a language of the starter model. */
            version?: string;
        };
        Bin: {
            /**
             * Format: double
             * @description The share of them that is Positivo.
             */
            is: number;
            /**
             * Format: int64
             * @description Of which about the same was said.
             */
            rows: number;
            /**
             * Format: double
             * @description The mean probability of Positivo that was given.
             */
            said: number;
        };
        Box: {
            /**
             * Format: double
             * @description As a fraction of the photo's.
             */
            height: number;
            /**
             * Format: double
             * @description Of its left edge, as a fraction of the photo's width.
             */
            left: number;
            /**
             * Format: double
             * @description Of its upper edge, as a fraction of the photo's height.
             */
            top: number;
            /**
             * Format: double
             * @description As a fraction of the photo's.
             */
            width: number;
        };
        Celebrity: {
            /** @description As it was introduced. */
            name: string;
            /**
             * Format: double
             * @description In percent.
             */
            similarity: number;
        };
        Classification: {
            /**
             * Format: double
             * @description Log-odds before any word.
             */
            baseline?: number;
            /** @description Whether somebody corrected the text, which then answers so whatever the model would say. */
            corrected?: boolean;
            /** @description What decided, strongest first; weights are log-odds towards Positivo. */
            evidence?: components["schemas"]["Evidence"][] | null;
            /** @description Whether the model knew nothing of the text. */
            guess: boolean;
            /**
             * Format: int64
             * @description Words and word groups of the text that the model knows; 0 makes the label a guess.
             */
            known: number;
            /**
             * @description Neutro only where neutral was asked for.
             * @enum {string}
             */
            label: "Positivo" | "Negativo" | "Neutro";
            /**
             * Format: double
             * @description Of the text, towards Positivo, where explain was asked for: baseline, rest and the weights of the evidence add up to it.
             */
            log_odds?: number;
            /**
             * Format: double
             * @description Of the label, of Neutro that of the likelier of the others; 0.5 to 1; near 0.5 is a guess. Less where the model has a goal, which moves the threshold.
             */
            probability: number;
            /**
             * Format: double
             * @description Log-odds of all n-grams that evidence does not list.
             */
            rest?: number;
            /** @description Which version said so, where another one than that of the whole answer, because an experiment runs. */
            version?: string;
        };
        ClassifyOutputBody: {
            model: string;
            /** @description One for each text, in their order. */
            results: components["schemas"]["Classification"][] | null;
            version: string;
        };
        ClassifyRequest: {
            /**
             * Format: int64
             * @description How many deciding n-grams to give for each text, of at most 100 texts.
             */
            explain?: number;
            /** @description A third answer: a text whose probability of Positivo lies in this band is Neutro, unless it was corrected. */
            neutral?: components["schemas"]["Band"];
            /**
             * @example [
             *       "Las camas estaban mal arregladas"
             *     ]
             */
            texts: string[] | null;
        };
        Comparison: {
            /** @description Share of the rows that were predicted right. */
            accuracy: components["schemas"]["Difference"];
            /** @description Mean of the labels' recalls. */
            balanced: components["schemas"]["Difference"];
            /** @description Of Positivo. */
            f1: components["schemas"]["Difference"];
            /** @description Recall of Negativo. */
            found: components["schemas"]["Difference"];
            /**
             * Format: double
             * @description The probability of such a difference, or a larger one, between equals (exact test).
             */
            mcnemar: number;
            /**
             * Format: int64
             * @description Rows that the other one alone is right about.
             */
            only_other: number;
            /**
             * Format: int64
             * @description Rows that this one alone is right about.
             */
            only_this: number;
            /** @description Of Positivo. */
            precision: components["schemas"]["Difference"];
            /** @description Of Positivo. */
            recall: components["schemas"]["Difference"];
            /**
             * Format: int64
             * @description That both were measured on, with the same label.
             */
            rows: number;
        };
        Confusion: {
            /**
             * Format: int64
             * @description Negativo, predicted Negativo.
             */
            negative_negative: number;
            /**
             * Format: int64
             * @description Negativo, predicted Positivo.
             */
            negative_positive: number;
            /**
             * Format: int64
             * @description Positivo, predicted Negativo.
             */
            positive_negative: number;
            /**
             * Format: int64
             * @description Positivo, predicted Positivo.
             */
            positive_positive: number;
        };
        "Correct-faceRequest": {
            /**
             * @description What it shows: HAPPY, SAD, ANGRY, CONFUSED, DISGUSTED, SURPRISED, CALM or FEAR.
             * @example SAD
             */
            emotion?: string;
            /**
             * @description That it is no face.
             * @example false
             */
            not_a_face?: boolean;
        };
        "Correct-model-oftenRequest": {
            items: components["schemas"]["Item"][] | null;
        };
        "Correct-modelRequest": {
            /** @description The key with which the text was classified, if there was one, so that an experiment knows which version answered. It is not kept. */
            key?: string;
            /**
             * @description What it says: Positivo or Negativo, or as files write it, such as bueno, P, false or 5/5.
             * @example Negativo
             */
            label: string;
            /**
             * @description What somebody wrote. Spaces around it do not count.
             * @example Las camas estaban mal arregladas
             */
            text: string;
        };
        CorrectedFileOutputBody: {
            /** @description How the file was read, and what was left out. */
            reading: components["schemas"]["Reading"];
            /**
             * Format: int64
             * @description Rows that were taken as corrections.
             */
            rows: number;
        };
        Correction: {
            /**
             * Format: date-time
             * @description When that was said.
             */
            at: string;
            /** @description Which emotion it shows. */
            emotion?: string;
            /** @description The emotion that it leaned to by the analysis. */
            leaned_to?: string;
            /** @description The mood that the analysis gave. */
            mood: string;
            /** @description That it is none: it is recorded and counted nowhere. */
            not_a_face?: boolean;
            /** @description The emotion that was found most probable. */
            was?: string;
        };
        CorrectionView: {
            /**
             * Format: date-time
             * @description When that was said.
             */
            at: string;
            /**
             * @description Follows from the text: one text has one correction.
             * @example 9f86d081884c7d659a2feaa0c55ad015
             */
            id: string;
            /** @enum {string} */
            label: "Positivo" | "Negativo";
            /** @example Las camas estaban mal arregladas */
            text: string;
        };
        CorrectionsOutputBody: {
            /** @description One for each text. */
            items: components["schemas"]["CorrectionView"][] | null;
        };
        CountOutputBody: {
            /**
             * Format: int64
             * @description How many dead letters that were.
             */
            count: number;
        };
        Dataset: {
            /** Format: date-time */
            accepted: string;
            /** Format: int64 */
            bytes: number;
            id: string;
            ingested: boolean;
            name: string;
            /** Format: int64 */
            positive: number;
            reading?: components["schemas"]["Reading"];
            /** Format: int64 */
            rows: number;
            sha256: string;
            /** Format: int64 */
            skipped: number;
        };
        DatasetRef: {
            id: string;
            name: string;
            sha256: string;
        };
        DatasetsOutputBody: {
            items: components["schemas"]["Dataset"][] | null;
        };
        DeadLetterView: {
            /** Format: int64 */
            attempts: number;
            /** @description The CloudEvents envelope. */
            event: components["schemas"]["Event"];
            /** @description The event's id. */
            id: string;
            /** @example ingest */
            queue: string;
            reason: components["schemas"]["FailureView"];
            /**
             * Format: date-time
             * @description When it was given up.
             */
            time: string;
        };
        DeadLettersOutputBody: {
            /** @description Newest first. */
            items: components["schemas"]["DeadLetterView"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        DeliveryView: {
            /** Format: date-time */
            added: string;
            /** Format: int64 */
            attempts: number;
            face_id?: string;
            /** @example 42 */
            id: string;
            /**
             * @description State: a note for this log, told to nobody. Notice: told of another subscription.
             * @enum {string}
             */
            kind: "face" | "opinion" | "replay" | "test" | "notice" | "state";
            last_attempt?: components["schemas"]["AttemptView"];
            /** @description What the receiver sees as webhook-id; a replay has that of what it repeats. */
            message_id?: string;
            /** @description What a notice or a state says. */
            note?: components["schemas"]["FailureView"];
            /** @enum {string} */
            outcome: "waiting" | "told" | "untold";
            /** Format: date-time */
            told_at?: string;
            /** @example face.happy */
            type?: string;
        };
        Depth: {
            /**
             * Format: int64
             * @description Dead letters.
             */
            dead: number;
            /**
             * Format: date-time
             * @description The time of the oldest event that is ready or waiting; absent where there is none.
             */
            oldest?: string;
            /** @description The function's name. */
            queue: string;
            /**
             * Format: int64
             * @description May be taken now.
             */
            ready: number;
            /**
             * Format: int64
             * @description Of those that are ready or waiting, how many were attempted before.
             */
            retrying: number;
            /**
             * Format: int64
             * @description A worker has it.
             */
            running: number;
            /**
             * Format: int64
             * @description In a pause before the next attempt.
             */
            waiting: number;
        };
        Difference: {
            /**
             * Format: double
             * @description The true one is below it in 97.5 of 100 cases.
             */
            high: number;
            /**
             * Format: double
             * @description The true one is above it in 97.5 of 100 cases.
             */
            low: number;
            /**
             * Format: double
             * @description Measured; above 0 where this one is better.
             */
            value: number;
        };
        Drift: {
            /** @description Its first texts, 5,000 where there are so many. */
            before: components["schemas"]["Share"];
            /** @description Whether the difference is beyond chance, and 0.1 of the index or 5 points of a share. */
            drifted: boolean;
            /** @description Its last texts, 2,000 where there are so many after those. */
            now: components["schemas"]["Share"];
            /**
             * Format: double
             * @description Population stability index of the probabilities of Positivo, in tenths; 0.1 is a change.
             */
            psi: number;
        };
        Emotion: {
            /**
             * Format: double
             * @description In percent.
             */
            Confidence: number;
            /** @description HAPPY, SAD, ANGRY, CONFUSED, DISGUSTED, SURPRISED, CALM, FEAR or UNKNOWN. */
            Type: string;
        };
        EmotionView: {
            /** @example SAD */
            emotion: string;
            /** @description What was found most probable in faces that show it, and in how many: a row of the confusion matrix. */
            found: {
                [key: string]: number;
            };
            /** @description Of the faces in which it was found: those that show it. */
            precision: components["schemas"]["ShareView"];
            /** @description Of the faces that show it: those in which it was found. */
            recall: components["schemas"]["ShareView"];
        };
        ErrorDetail: {
            /** @description Where the error occurred, e.g. 'body.items[3].tags' or 'path.thing-id' */
            location?: string;
            /** @description Error message text */
            message?: string;
            /** @description The value at the given location */
            value?: unknown;
        };
        EstimateView: {
            /** @description How often it is likely to be right, with an interval of 95 %, if a text of either label still gets the probabilities that such rows got when the version was measured. */
            accuracy?: components["schemas"]["Rate"];
            /**
             * Format: double
             * @description The share of texts that are likely to be negative, whatever it calls them.
             */
            negative?: number;
            /**
             * Format: int64
             * @description Of how many texts it is said.
             */
            texts: number;
            /** @description Why it cannot be told. */
            unknown?: components["schemas"]["FailureView"];
        };
        Event: {
            basis?: string;
            data?: unknown;
            datacontenttype?: string;
            id: string;
            source: string;
            specversion: string;
            subject: string;
            tenant: string;
            /** Format: date-time */
            time: string;
            traceparent?: string;
            type: string;
        };
        Evidence: {
            ngram: string;
            /** Format: double */
            weight: number;
        };
        ExampleView: {
            /** Format: date-time */
            added_at: string;
            /** @description The recorded face that was said to be the person's; absent for one that introduced the person. */
            face_id?: string;
            id: string;
            /** @description A small JPEG of the face, where there is one. */
            thumbnail_url: string;
        };
        Face: {
            /**
             * Format: double
             * @description In years.
             */
            age: number;
            /** @description Where the face is. It may reach beyond the photo. */
            box: components["schemas"]["Box"];
            /**
             * Format: double
             * @description In percent, that this is a face.
             */
            confidence: number;
            /** @description What somebody said of it; absent where nobody did. */
            correction?: components["schemas"]["Correction"];
            /** @description As the analysis found them, the most probable first. */
            emotions: components["schemas"]["Emotion"][] | null;
            /** @description What the face looks like to the network. */
            gender: components["schemas"]["Gender"];
            /** @description The photo's id, a hyphen, and the face's number from 0. */
            id: string;
            /** @description The 68 points of iBUG 300-W (jaw 0 to 16, brows to 26, nose to 35, eyes to 47, mouth to 67), each x and y as fractions of the photo's width and height, for as long as the picture is kept. Faces that Rekognition found have the points that it tells, or none. */
            landmarks?: (number[] | null)[] | null;
            /** @description The emotion of a face that is OTHER for want of confidence, or because it is unsure. */
            leaned_to?: string;
            /** @description The mood it is routed to. */
            mood: string;
            /** @description What the network said, where emotions are what it said read through what your corrections taught. */
            network_emotions?: components["schemas"]["Emotion"][] | null;
            /** @description Who it is of those that were introduced, the most similar first; empty for a stranger. */
            people: components["schemas"]["Celebrity"][] | null;
            /** @description In a photo that is asked for by its id: who a face without a name may be. Somebody may confirm it; it is recorded nowhere and told to no subscriber. */
            perhaps?: components["schemas"]["Celebrity"][] | null;
            /** @description How the head is turned. */
            pose: components["schemas"]["Pose"];
            /** @description How useful the face's pixels are. */
            quality: components["schemas"]["Quality"];
            /** @description Why the face's expression cannot be read, and it is OTHER: small_face, covered_face, blurred_face, bad_light or turned_face. Absent for a face that can be read. */
            unsure?: string;
        };
        FailureView: {
            code: string;
            field?: string;
            /** Format: int64 */
            line?: number;
            message: string;
        };
        Figures: {
            /** @description Share of the rows that were predicted right. */
            accuracy: components["schemas"]["Rate"];
            /** @description Balanced accuracy, the mean of the labels' recalls; 0.5 is what guessing has. */
            balanced: components["schemas"]["Rate"];
            /** @description For a reliability plot; those with rows, from improbable to probable. */
            bins: components["schemas"]["Bin"][] | null;
            /**
             * Format: double
             * @description Expected calibration error: by how much the probabilities are off on average, in 10 bins.
             */
            ece: number;
            /** @description What the threshold was chosen for; none is the likelier label. */
            goal?: string;
            /** @description How well each label is found. */
            labels: components["schemas"]["LabelFigures"][] | null;
            /**
             * Format: double
             * @description The mean of -ln(the probability given to the true label).
             */
            log_loss: number;
            /** @description The mean of the labels' F1. */
            macro_f1: components["schemas"]["Rate"];
            /**
             * Format: double
             * @description The accuracy of calling everything by the more frequent label.
             */
            majority: number;
            /** @description How probable it is that of two rows the positive one has the higher probability. */
            roc_area: components["schemas"]["Rate"];
            /**
             * Format: int64
             * @description That were measured: of a long file the first ones.
             */
            rows: number;
            /**
             * Format: double
             * @description The probability of Negativo from which on a text is called so.
             */
            threshold: number;
        };
        FilterView: {
            /**
             * @description faces, if not said; or opinions: the ends of trainings (model.published, model.held, training.failed), a change of what a model is asked (model.drifted), what an experiment found (model.compared), and the ends of batches (batch.classified, batch.failed).
             * @enum {string}
             */
            about?: "faces" | "opinions";
            /**
             * Format: double
             * @description Only where the most probable emotion has at least so many percent.
             * @example 80
             */
            min_confidence?: number;
            /**
             * @description Of opinions: only of this model.
             * @example DB_proyecto_SA.txt
             */
            model?: string;
            /**
             * @description Only of this mood: HAPPY, SAD, SURPRISED or OTHER, in any case.
             * @example HAPPY
             */
            mood?: string;
            /**
             * @description Only of this person. When the person gets another name, or becomes one with another, this follows.
             * @example Ana
             */
            person?: string;
            /**
             * @description Only of this camera or stage; empty: only of photos without one.
             * @example puerta-norte
             */
            source?: string;
        };
        Frame: {
            columns: unknown[] | null;
            data: (unknown[] | null)[] | null;
        } & {
            [key: string]: unknown;
        };
        FunctionView: {
            /**
             * Format: int64
             * @description Attempts that failed for good: a dead letter each.
             */
            dead: number;
            /**
             * Format: int64
             * @description Attempts that dealt with their event.
             */
            done: number;
            /** @description Why an attempt failed last, whoever's event it was; for administrators only. */
            last_error?: components["schemas"]["LastErrorView"];
            /**
             * Format: int64
             * @description Attempts whose event somebody else had by then, or was erased.
             */
            lost: number;
            /**
             * @description Also its queue's.
             * @example analyse
             */
            name: string;
            /**
             * Format: double
             * @description Half of the last 1,000 attempts that were done or failed took no longer, in milliseconds; 0 before the first.
             */
            p50_ms: number;
            /**
             * Format: double
             * @description 99 of 100 of them took no longer, in milliseconds.
             */
            p99_ms: number;
            /**
             * Format: double
             * @description Attempts that ended in the last minute, a second.
             */
            rate_1m: number;
            /**
             * Format: int64
             * @description Attempts that failed, to be tried again.
             */
            retried: number;
            /**
             * Format: int64
             * @description Attempts given back unspent: at a stop, while the disk is full, while a service asks to wait.
             */
            returned: number;
            /**
             * Format: int64
             * @description Events that it works on at once in this process; 0 where it runs in others only.
             */
            workers: number;
        };
        FunctionsOutputBody: {
            items: components["schemas"]["FunctionView"][] | null;
        };
        GateView: {
            /** @description The version that answered then; none where there was none to compare with. */
            against?: string;
            /** @description By how much this version is better than that one, on the rows that either was measured on: each row is judged by a version that did not learn from it. */
            comparison?: components["schemas"]["Comparison"];
            /** @description Why it is held, or was until somebody published it; none where it answered by itself. */
            reasons: components["schemas"]["FailureView"][] | null;
        };
        Gender: {
            /**
             * Format: double
             * @description In percent.
             */
            confidence: number;
            /** @description Male or Female, as it looks to the network. */
            value: string;
        };
        HourView: {
            /**
             * Format: int64
             * @description Texts that were answered as somebody corrected them.
             */
            corrected: number;
            /**
             * Format: int64
             * @description Of these, those of which it knew no word.
             */
            guesses: number;
            /**
             * Format: date-time
             * @description When it begins.
             */
            hour: string;
            /**
             * Format: int64
             * @description Of these, called Negativo.
             */
            negative: number;
            /** @description Texts by their probability of Positivo, in tenths. */
            scores: number[] | null;
            /**
             * Format: double
             * @description The mean probability of the labels.
             */
            sure: number;
            /**
             * Format: int64
             * @description That it was asked about, but those that were answered as somebody corrected them.
             */
            texts: number;
        };
        IdFile: {
            /** @example DB_proyecto_SA.txt */
            idFile: string;
        };
        ImageData: {
            /** @description Who it is of those that were introduced, the most similar first; empty for a stranger. */
            celebrities_info: components["schemas"]["Celebrity"][] | null;
            /** @description The most probable emotion, or with 100 percent the one that somebody said it is. */
            user_emotion: components["schemas"]["Emotion"];
        };
        InferenceBody: {
            /** @description Is returned. */
            id?: string;
            inputs: components["schemas"]["InputTensor"][] | null;
            /** @description Which of label and probability to answer; both if not said. */
            outputs?: components["schemas"]["WantedTensor"][] | null;
        } & {
            [key: string]: unknown;
        };
        InferenceModelOutputBody: {
            inputs: components["schemas"]["TensorView"][] | null;
            name: string;
            outputs: components["schemas"]["TensorView"][] | null;
            /** @example animo */
            platform: string;
        };
        InferenceOutputBody: {
            /** @description The request's. */
            id?: string;
            model_name: string;
            model_version: string;
            /** @description label, then probability (of that label). */
            outputs: components["schemas"]["OutputTensor"][] | null;
        };
        InputTensor: {
            /**
             * @description The texts.
             * @example [
             *       "Las camas estaban mal arregladas"
             *     ]
             */
            data: unknown[] | null;
            /**
             * @description BYTES
             * @example BYTES
             */
            datatype: string;
            /** @example text */
            name: string;
            /**
             * @description As many as there are texts; [n] or [n,1].
             * @example [
             *       1
             *     ]
             */
            shape: number[] | null;
        } & {
            [key: string]: unknown;
        };
        Interval: {
            /**
             * Format: date-time
             * @description When it begins: at a whole multiple of its length since midnight, by the clocks of time_zone.
             */
            from: string;
            /** @description By mood. */
            moods: {
                [key: string]: components["schemas"]["MoodCount"];
            };
        };
        IntroducedOutputBody: {
            /** Format: date-time */
            changed_at: string;
            /**
             * Format: int64
             * @description How many faces the person is known by.
             * @example 3
             */
            examples: number;
            /**
             * @description Stays the same when the name changes; what a receipt names.
             * @example 3KQ7XWLT5QZC4V2M6D0B8N1HFA
             */
            id: string;
            /** Format: date-time */
            introduced_at: string;
            /** @description For several files: what became of each, in their order. */
            items?: components["schemas"]["IntroductionView"][] | null;
            /** @description The first introduced first; at most 50 are kept, those that differ most. */
            known_by: components["schemas"]["ExampleView"][] | null;
            /** @example Ana */
            name: string;
            /** @example /v1/people/Ana */
            person_url: string;
            /**
             * @description A small JPEG of the face.
             * @example /v1/people/Ana/thumbnail
             */
            thumbnail_url?: string;
        };
        IntroductionView: {
            /**
             * @description The name it was given.
             * @example ana1.jpg
             */
            image_id?: string;
            /** @description Why the person is not known by it, and what to mend. Absent where the person is. */
            problem?: components["schemas"]["Problem"];
        };
        Item: {
            /** @example malo */
            label: string;
            /** @example Las camas estaban mal arregladas */
            text: string;
        };
        KeySpec: {
            /** @description Let who has it look after all tenants and keys, too. */
            administrator?: boolean;
            /** @description Make an access key instead, for programs that speak Amazon Rekognition's protocol. */
            aws?: boolean;
            /**
             * @description What it is for, in your words.
             * @example reception desk
             */
            note?: string;
        };
        KeyView: {
            /** @description Whether who has it may look after all tenants and keys, too. */
            administrator?: boolean;
            /** @description Whether it is an access key, for programs that speak Amazon Rekognition's protocol. */
            aws?: boolean;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created: string;
            /**
             * @description How the key begins, or an access key's whole ID.
             * @example animo_Zx8kQ2w1
             */
            id: string;
            /** @description What it is for. */
            note?: string;
            /** @description Whose it is. */
            tenant: string;
        };
        KeysOutputBody: {
            /** @description The oldest first. */
            items: components["schemas"]["KeyView"][] | null;
        };
        KnownView: {
            /** Format: date-time */
            changed_at: string;
            /**
             * Format: int64
             * @description How many faces the person is known by.
             * @example 3
             */
            examples: number;
            /**
             * @description Stays the same when the name changes; what a receipt names.
             * @example 3KQ7XWLT5QZC4V2M6D0B8N1HFA
             */
            id: string;
            /** Format: date-time */
            introduced_at: string;
            /** @description The first introduced first; at most 50 are kept, those that differ most. */
            known_by: components["schemas"]["ExampleView"][] | null;
            /** @example Ana */
            name: string;
            /** @example /v1/people/Ana */
            person_url: string;
            /**
             * @description A small JPEG of the face.
             * @example /v1/people/Ana/thumbnail
             */
            thumbnail_url?: string;
        };
        LabelFigures: {
            /** @description The harmonic mean of the two. Interval by bootstrap. */
            f1: components["schemas"]["Rate"];
            /**
             * @description The label that is found.
             * @enum {string}
             */
            label: "Positivo" | "Negativo";
            /**
             * Format: double
             * @description Area under the curve of precision over recall (average precision), whatever the threshold.
             */
            pr_area: number;
            /** @description Of the rows that are called so, those that are. Wilson's interval, as recall's. */
            precision: components["schemas"]["Rate"];
            /** @description Of the rows with this label, those that are called so. */
            recall: components["schemas"]["Rate"];
            /**
             * Format: int64
             * @description Rows that carry the label.
             */
            support: number;
        };
        LastErrorView: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Stable: safe to branch on. */
            code: string;
            /** @description What went wrong, in the language of Accept-Language (en or es). Of a defect only the log has the cause. */
            message: string;
        };
        LayerView: {
            /**
             * Format: double
             * @description The same with what was learned, each face judged by what was learned without its photo and a fifth of the others.
             * @example 0.7
             */
            after: number;
            /**
             * Format: double
             * @description Share of them in which the network found what they show, from 0 to 1.
             * @example 0.61
             */
            before: number;
            /**
             * Format: date-time
             * @description When it was fitted.
             */
            fitted_at?: string;
            /**
             * Format: int64
             * @description Faces that it was fitted to.
             * @example 120
             */
            learned: number;
            /**
             * Format: int64
             * @description Of how many faces an emotion must have been said.
             * @example 48
             */
            needs: number;
            /**
             * @description Whether new analyses read emotions through it: few faces were said to show an emotion, nearly all that were said were mistakes, it is no better than the network beyond chance, you turned it off, or it is on.
             * @enum {string}
             */
            state: "few" | "mistakes" | "no_better" | "off" | "on";
        };
        LifeView: {
            /** @description Of these, how often it says so, too, with Wilson's interval of 95 %. Where people correct more than they confirm it is better than this. */
            agreed: components["schemas"]["Rate"];
            /** @description Whether the texts are others than at first. */
            drift: components["schemas"]["Drift"];
            /** @description How often it is likely to be right about what it was asked lately, which nobody has judged. */
            estimate: components["schemas"]["EstimateView"];
            /** @description Hours of UTC with answers, oldest first. */
            hours: components["schemas"]["HourView"][] | null;
            /**
             * Format: int64
             * @description Texts that were corrected or confirmed after it was trained, of which it cannot have learned.
             */
            judged: number;
            /** @description Which version it is said of. */
            version: string;
        };
        MadeKeyView: {
            /** @description Whether who has it may look after all tenants and keys, too. */
            administrator?: boolean;
            /** @description Whether it is an access key, for programs that speak Amazon Rekognition's protocol. */
            aws?: boolean;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created: string;
            /**
             * @description How the key begins, or an access key's whole ID.
             * @example animo_Zx8kQ2w1
             */
            id: string;
            /** @description The key itself, which is never shown again. Of an access key, id and secret take its place. */
            key?: string;
            /** @description What it is for. */
            note?: string;
            /** @description An access key's secret, which is never shown again. */
            secret?: string;
            /** @description Whose it is. */
            tenant: string;
        };
        "Measure-moodsRequest": {
            items: components["schemas"]["MeasuredFace"][] | null;
        };
        Measured: {
            /** @description Under which it is recorded, and erased. */
            face_id: string;
            /**
             * @description The mood it is routed to.
             * @enum {string}
             */
            mood: "HAPPY" | "SAD" | "SURPRISED" | "OTHER";
        };
        MeasuredFace: {
            /**
             * Format: double
             * @description In years, 0 to 150.
             * @example 31.5
             */
            age?: number;
            /** @description Where the face was, as fractions of the picture's width and height, each from -1 to 2. */
            box?: components["schemas"]["Box"];
            /**
             * Format: double
             * @description In percent, that this is a face.
             * @example 99
             */
            confidence?: number;
            /** @description At least one, each type once. The mood whose emotions add up to most is the face's. */
            emotions: components["schemas"]["Emotion"][] | null;
            /** @description What the face looks like to the client's network. */
            gender?: components["schemas"]["Gender"];
            /**
             * @description What the picture or the camera is called: 1 to 255 bytes without slashes and control characters.
             * @example webcam
             */
            image_id: string;
            /**
             * @description Which camera or stage it came from: at most 64 bytes.
             * @example puerta-norte
             */
            source?: string;
            /**
             * Format: date-time
             * @description When the face was seen; kept to the millisecond.
             */
            taken_at: string;
            /**
             * @description Why the face's expression cannot be read; it is OTHER then.
             * @enum {string}
             */
            unsure?: "small_face" | "covered_face" | "blurred_face" | "bad_light" | "turned_face";
        };
        MeasuredOutputBody: {
            /** @description One for each face, in their order. */
            items: components["schemas"]["Measured"][] | null;
        };
        "Merge-personRequest": {
            /**
             * @description The name of the other.
             * @example Ana María
             */
            into: string;
        };
        MisjudgedView: {
            /**
             * @description That the row carries.
             * @enum {string}
             */
            label: "Positivo" | "Negativo";
            /**
             * Format: double
             * @description That a model which had not seen the row gave to its label.
             */
            probability: number;
            /** @description Whether the label itself may be wrong (confident learning). POST /v1/models/{id}/corrections puts it right. */
            suspect: boolean;
            text: string;
        };
        ModelItem: {
            /** @description The version that answers. */
            current: string;
            id: string;
            model_url: string;
        };
        ModelView: {
            /** @description Versions by the names that were given to them; champion always is the one that answers. */
            aliases: {
                [key: string]: string;
            };
            /** @description The version that answers; empty until one is published. */
            current: string;
            /** @example DB_proyecto_SA.txt */
            id: string;
            /**
             * @description Which trained versions are published by themselves: automatic, those that are better than guessing and not worse than the one that answers; ask and never, none. With ask, subscriptions are told of what is held.
             * @enum {string}
             */
            policy: "automatic" | "ask" | "never";
            /** @description When it is trained by itself; none is never. */
            schedule?: components["schemas"]["ScheduleView"];
            /** @description The challenger of its last experiment, of which GET /v1/models/{id}/experiment tells; absent where there was none. */
            tried?: string;
            /** @description Kept versions with their scores, newest first. */
            versions: components["schemas"]["TrainingView"][] | null;
        };
        ModelsOutputBody: {
            items: components["schemas"]["ModelItem"][] | null;
        };
        MoodCount: {
            /**
             * Format: double
             * @description The mean, in percent, of the most probable emotions; 0 without faces.
             */
            confidence: number;
            /**
             * Format: int64
             * @description How many.
             */
            faces: number;
        };
        MoodRecord: {
            /**
             * Format: date-time
             * @description When the photo was accepted.
             */
            accepted_at: string;
            /**
             * Format: double
             * @description In years.
             */
            age: number;
            /**
             * Format: date-time
             * @description When its faces were found.
             */
            analysed_at: string;
            /** @description Where the face is. It may reach beyond the photo. */
            box: components["schemas"]["Box"];
            /**
             * Format: double
             * @description In percent, that this is a face.
             */
            confidence: number;
            /** @description What somebody said of it; absent where nobody did. */
            correction?: components["schemas"]["Correction"];
            /** @description As they were found, the most probable first. */
            emotions: components["schemas"]["Emotion"][] | null;
            /** @description The photo's id, a hyphen, and the face's number from 0; one of its own for a face that a client measured. */
            face_id: string;
            /** @description What the face looks like to the network. */
            gender: components["schemas"]["Gender"];
            /** @description Who it is, and the most probable emotion. */
            image_data: components["schemas"]["ImageData"];
            /** @description The photo's name. */
            image_id: string;
            /** @description The emotion of a face that is OTHER for want of confidence, or because it is unsure. */
            leaned_to?: string;
            /** @description client for a face that a client measured itself, without its picture; absent for those that the server found. */
            measured_by?: string;
            /** @description The mood it was routed to. */
            mood: string;
            /** @description The photo's id; empty for a face that a client measured. */
            photo_id: string;
            /** @description Which camera or stage the photo is from; may be empty. */
            source: string;
            /**
             * Format: date-time
             * @description When the photo was taken, by taken_by's word.
             */
            taken_at: string;
            /** @description By whose word: sender, camera (EXIF data), file (when it was last changed) or arrival (it is when the photo was accepted); absent for faces of earlier releases. */
            taken_by?: string;
            /** @description Whose photo it is. */
            tenant_id: string;
            /** @description Why the face's expression cannot be read, and it is OTHER: small_face, covered_face, blurred_face, bad_light or turned_face. Absent for a face that can be read. */
            unsure?: string;
        };
        "Name-faceRequest": {
            /**
             * @description Whose face it is.
             * @example Ana
             */
            name?: string;
            /**
             * @description Whose face it is not.
             * @example
             */
            not?: string;
        };
        "Open-sessionRequest": {
            /** @description An API key (animo keys add). */
            key: string;
        };
        OutputTensor: {
            data: unknown;
        };
        PageOutputBatchViewBody: {
            items: components["schemas"]["BatchView"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        PageOutputCorrectionViewBody: {
            items: components["schemas"]["CorrectionView"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        PageOutputDeliveryViewBody: {
            items: components["schemas"]["DeliveryView"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        PageOutputMisjudgedViewBody: {
            items: components["schemas"]["MisjudgedView"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        PageOutputMoodRecordBody: {
            items: components["schemas"]["MoodRecord"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        PageOutputPersonViewBody: {
            items: components["schemas"]["PersonView"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        PageOutputPhotoViewBody: {
            items: components["schemas"]["PhotoView"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        PageOutputReceiptBody: {
            items: components["schemas"]["Receipt"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        PageOutputRowViewBody: {
            items: components["schemas"]["RowView"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        PageOutputSubscriptionViewBody: {
            items: components["schemas"]["SubscriptionView"][] | null;
            /** @description Pass as after to go on; absent at the end. */
            next?: string;
        };
        PersonView: {
            /** Format: date-time */
            changed_at: string;
            /**
             * Format: int64
             * @description How many faces the person is known by.
             * @example 3
             */
            examples: number;
            /**
             * @description Stays the same when the name changes; what a receipt names.
             * @example 3KQ7XWLT5QZC4V2M6D0B8N1HFA
             */
            id: string;
            /** Format: date-time */
            introduced_at: string;
            /** @example Ana */
            name: string;
            /** @example /v1/people/Ana */
            person_url: string;
            /**
             * @description A small JPEG of the face.
             * @example /v1/people/Ana/thumbnail
             */
            thumbnail_url?: string;
        };
        PhotoView: {
            /**
             * Format: date-time
             * @description When it was taken in; how long it is kept counts from then.
             */
            accepted_at: string;
            /**
             * Format: date-time
             * @description When its faces were found.
             */
            analysed_at?: string;
            /**
             * Format: int64
             * @description How many it has.
             * @example 2413768
             */
            bytes: number;
            /** @description The most prominent first; once it is done. Lists of photos leave them out. */
            faces?: components["schemas"]["Face"][] | null;
            /** @description Why it failed. */
            failure?: components["schemas"]["FailureView"];
            /**
             * Format: int64
             * @description In pixels, upright.
             */
            height?: number;
            /**
             * @description Under which it is asked for.
             * @example 20260801T211502.125Z-9f86d081884c7d65
             */
            id: string;
            /**
             * @description The name it was given.
             * @example entrada.jpg
             */
            image_id: string;
            /**
             * @description Its picture; with ?annotated=1 or ?thumbnail=1 one made of it.
             * @example /v1/photos/20260801T211502.125Z-9f86d081884c7d65/image
             */
            image_url: string;
            /** @description What is to be known of the analysis: truncated_image, where the picture's end is missing and what comes before was analysed. */
            note?: components["schemas"]["FailureView"];
            /** @description Of its bytes. */
            sha256: string;
            /**
             * @description Which camera or stage it came from; may be empty.
             * @example puerta-norte
             */
            source: string;
            /**
             * @description How far it is.
             * @enum {string}
             */
            status: "queued" | "analysing" | "done" | "failed";
            /**
             * @description Where to ask how far it is.
             * @example /v1/photos/20260801T211502.125Z-9f86d081884c7d65
             */
            status_url: string;
            /**
             * Format: date-time
             * @description When it was taken, by taken_by's word.
             */
            taken_at: string;
            /**
             * @description By whose word it was taken then: sender (taken_at of the upload), camera (EXIF DateTimeOriginal), file (modified_at) or arrival (it is when it was accepted). Absent for photos of earlier releases.
             * @enum {string}
             */
            taken_by?: "sender" | "camera" | "file" | "arrival";
            /** @description Why the camera's clock, or the file's date, is not believed. */
            taken_note?: components["schemas"]["FailureView"];
            /**
             * Format: int64
             * @description In pixels, upright.
             */
            width?: number;
        };
        PolicyChange: {
            /**
             * Format: int64
             * @description Faces measured by its clients that it may send in a minute.
             */
            faces_per_minute?: number;
            /**
             * @description How long what was recorded of faces is kept; not less than its photos.
             * @example 8760h
             */
            keep_faces?: string;
            /**
             * @description How long its pictures, thumbnails and descriptors are kept.
             * @example 720h
             */
            keep_photos?: string;
            /**
             * Format: int64
             * @description Bytes of photos kept for it.
             */
            max_photo_bytes?: number;
            /**
             * Format: int64
             * @description Photos kept for it.
             */
            max_photos?: number;
            /**
             * @description How sure it must be who a face is before it has a name: strict, usual or eager, by which about 0.3, 1 or 5 of 100 strangers get a name; empty is usual.
             * @example usual
             */
            naming?: string;
            /**
             * Format: int64
             * @description Photos that it may send in a minute. This and what follows: 0 takes the server's setting.
             */
            photos_per_minute?: number;
            /**
             * @description What it analyses faces for: event, customers, research, health or safety; empty for no more photos.
             * @example event
             */
            purpose?: string;
            /**
             * @description Where its cameras and days are, as IANA calls it: for photos whose EXIF time has no offset, and summaries; empty takes the server's setting.
             * @example America/Havana
             */
            time_zone?: string;
        };
        Pose: {
            /**
             * Format: double
             * @description Degrees, positive when it looks up.
             */
            pitch: number;
            /**
             * Format: double
             * @description Degrees, positive when it leans towards the photo's right.
             */
            roll: number;
            /**
             * Format: double
             * @description Degrees, positive when it looks towards the photo's right.
             */
            yaw: number;
        };
        Problem: {
            /**
             * @description Stable: safe to branch on.
             * @example unknown_model
             */
            code: string;
            /** @description What is wrong and what to do, in the language of Accept-Language (en or es). */
            detail: string;
            /** @description Each thing that was wrong with the request. */
            errors?: components["schemas"]["ErrorDetail"][] | null;
            /** @description The input at fault. */
            field?: string;
            /** @description Of a form of several files, none of which was taken: each one's answer. What is said above is of the first. */
            items?: components["schemas"]["UploadView"][] | null;
            /**
             * Format: int64
             * @description The line at fault in a file, from 1.
             */
            line?: number;
            /**
             * @description The request's ID, by which the server's log names it; the header X-Request-Id has it, too.
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            request_id?: string;
            /** Format: int64 */
            status: number;
            /** @description The status in words. */
            title: string;
            /**
             * @description Where this kind of error is explained.
             * @example /docs#unknown_model
             */
            type: string;
        };
        ProgressView: {
            /** Format: date-time */
            at: string;
            /**
             * Format: int64
             * @description Of total: rows when ingesting, reading or fitting, folds when measuring, trainings when choosing.
             */
            done: number;
            /**
             * Format: int64
             * @description When choosing: the fold for which the trainer is tried, 1 to folds.
             */
            fold?: number;
            /**
             * Format: int64
             * @description When choosing: how many folds there are.
             */
            folds?: number;
            /** @description ingesting, reading, choosing, fold or fitting */
            stage: string;
            /**
             * Format: int64
             * @description 0 while it is not known.
             */
            total: number;
            /** @description The trainer that is tried, measured or fitted. */
            trainer?: string;
        };
        Quality: {
            /**
             * Format: double
             * @description From 0 to 100.
             */
            brightness: number;
            /**
             * Format: double
             * @description From 0 to 100.
             */
            sharpness: number;
        };
        QueuesOutputBody: {
            items: components["schemas"]["Depth"][] | null;
        };
        Rate: {
            /**
             * Format: double
             * @description The true one is below it in 97.5 of 100 cases.
             */
            high: number;
            /**
             * Format: double
             * @description The true one is above it in 97.5 of 100 cases.
             */
            low: number;
            /**
             * Format: double
             * @description Measured.
             */
            value: number;
        };
        Reading: {
            /** @description Between the columns. */
            delimiter?: string;
            /** @description As IANA calls it. */
            encoding?: string;
            /** @description csv, tsv, jsonl, json, fasttext, spaces (a text and a label with spaces between) or xlsx. */
            format: string;
            /**
             * Format: int64
             * @description The line of the columns' names; 0 or absent for none.
             */
            header?: number;
            /** @description The columns or keys that are the label, by name or number. */
            label?: string[] | null;
            /** @description Rows that were left out, by why: no_text, no_label, neutral, or the code of an error. */
            left_out?: components["schemas"]["RowCount"][] | null;
            /** @description Rows that were mended, by what: decoded (the line was not UTF-8), mojibake, entities, tags, characters, quotes, delimiters, or translation (the original of a translation by Google was taken). */
            mended?: components["schemas"]["RowCount"][] | null;
            /** @description gzip or zip. */
            packed?: string;
            /**
             * Format: int64
             * @description Opinions that were read.
             */
            rows: number;
            /** @description How numbers are meant, such as 1 to 5; words; or columns, where praise and complaint have a column each. */
            scale: string;
            /** @description Of a workbook. */
            sheet?: string;
            /** @description The columns or keys that are the text, by name or number. */
            text: string[] | null;
        };
        Receipt: {
            /**
             * Format: int64
             * @description Of the photo's own file.
             */
            bytes: number;
            /**
             * Format: int64
             * @description To subscribers: that waited, and what was kept of those that were told.
             */
            deliveries: number;
            /**
             * Format: int64
             * @description By which a face is known again.
             */
            descriptors: number;
            /** @description The id of the photo, of the face that a client measured, or of the person. */
            erased: string;
            /**
             * Format: int64
             * @description Of the photo, that waited, ran or were dead letters.
             */
            events: number;
            /**
             * Format: int64
             * @description What was recorded of faces.
             */
            faces: number;
            /**
             * Format: int64
             * @description The photo's own and those made of it.
             */
            files: number;
            /** @description The receipt's. */
            id: string;
            /**
             * Format: int64
             * @description To the person, with what waited for them and their logs.
             */
            subscriptions: number;
            /**
             * Format: date-time
             * @description When it was erased.
             */
            time: string;
        };
        "Rename-personRequest": {
            /**
             * @description The new name.
             * @example Ana María
             */
            name: string;
        };
        ReplayedOutputBody: {
            /**
             * Format: int64
             * @description How many deliveries are at the end of the line once more.
             */
            count: number;
        };
        Report: {
            /** @description Over the folds. */
            accuracy: components["schemas"]["Stat"];
            /** @description What it fitted: the same, or auto's choice. */
            chosen: string;
            /** @description Summed over the folds. */
            confusion: components["schemas"]["Confusion"];
            /** @description Over the folds. */
            f1: components["schemas"]["Stat"];
            /**
             * Format: int64
             * @description Of the published model, which is fitted on all rows.
             */
            features: number;
            /** @description Of all folds together; none in reports of earlier releases. */
            figures?: components["schemas"]["Figures"];
            /** @description The scores of each fold, on rows that its model had not seen. */
            folds: components["schemas"]["Scores"][] | null;
            /** @description Of the lexicon that the model uses: es, en or pt; absent for a model without one. */
            language?: string;
            /**
             * Format: int64
             * @description The process's peak resident memory; 0 where the system does not tell.
             */
            peak_bytes: number;
            /**
             * Format: int64
             * @description Of these, how many are labelled Positivo.
             */
            positive: number;
            /** @description Over the folds. */
            precision: components["schemas"]["Stat"];
            /** @description Over the folds. */
            recall: components["schemas"]["Stat"];
            /**
             * Format: int64
             * @description That it learned from.
             */
            rows: number;
            /**
             * Format: double
             * @description Of reading, measuring and fitting.
             */
            seconds: number;
            /**
             * Format: int64
             * @description Folds and start weights follow from it.
             */
            seed: number;
            /** @description The one asked for. */
            trainer: string;
            /** @description The settings that were tried, where that was asked for; each fold chose among them by the rows of the others. */
            tried?: components["schemas"]["Tried"][] | null;
            /** @description What the figures mean, in words. */
            verdict?: components["schemas"]["Words"];
            /** @description What the figures do not show of the rows. */
            warnings?: components["schemas"]["Warning"][] | null;
            /** @description Why auto chose it. */
            why?: string;
        };
        RowCount: {
            /** @description Of the first of them. */
            lines: number[] | null;
            /**
             * Format: int64
             * @description How many.
             */
            rows: number;
            /** @description Why, or what. */
            what: string;
        };
        RowView: {
            /**
             * @description That the file says. POST /v1/models/{id}/corrections says another one.
             * @enum {string}
             */
            label: "Positivo" | "Negativo";
            /**
             * Format: int64
             * @description In the file, from 1.
             */
            number: number;
            text: string;
        };
        ScheduleBody: {
            /**
             * @description Five fields: minute, hour, day of the month, month, day of the week; or @daily, @weekly, @monthly. Left out: at no fixed time.
             * @example 0 4 * * 1
             */
            cron?: string;
            /** @description Once the texts that it is asked about have changed (model.drifted). */
            drift?: boolean;
            /**
             * Format: int64
             * @description Once so many rows (of new revisions of its files) and corrections have come since the version before; 0 is never.
             */
            new_rows?: number;
            /**
             * @description Whose clocks cron is by, as IANA calls it; left out, the tenant's.
             * @example America/Havana
             */
            time_zone?: string;
        };
        ScheduleView: {
            /**
             * @description Five fields: minute, hour, day of the month, month, day of the week; or @daily, @weekly, @monthly. Left out: at no fixed time.
             * @example 0 4 * * 1
             */
            cron?: string;
            /** @description Once the texts that it is asked about have changed (model.drifted). */
            drift?: boolean;
            /**
             * Format: int64
             * @description Once so many rows (of new revisions of its files) and corrections have come since the version before; 0 is never.
             */
            new_rows?: number;
            /**
             * Format: date-time
             * @description The next time by cron. One that was missed is caught up once.
             */
            next?: string;
            /**
             * @description Whose clocks cron is by, as IANA calls it; left out, the tenant's.
             * @example America/Havana
             */
            time_zone?: string;
        };
        Scored: {
            /** @enum {string} */
            label: "Positivo" | "Negativo";
            /**
             * Format: double
             * @description The probability of the label.
             */
            score: number;
        };
        Scores: {
            /**
             * Format: double
             * @description Share of the rows that were predicted right.
             */
            accuracy: number;
            /** @description Of this fold. */
            confusion: components["schemas"]["Confusion"];
            /**
             * Format: double
             * @description Harmonic mean of precision and recall.
             */
            f1: number;
            /**
             * Format: double
             * @description Share of Positivo among what was predicted Positivo.
             */
            precision: number;
            /**
             * Format: double
             * @description Share of what is Positivo that was predicted so.
             */
            recall: number;
            /**
             * Format: int64
             * @description In this fold.
             */
            rows: number;
        };
        ScoringBody: {
            /** @description A data frame as a list of objects. */
            dataframe_records?: unknown[] | null;
            /** @description A data frame by rows, with the names of its columns. */
            dataframe_split?: components["schemas"]["Frame"];
            /**
             * @description A list of texts, or an object of columns.
             * @example [
             *       "Las camas estaban mal arregladas"
             *     ]
             */
            inputs?: unknown;
            /**
             * @description A list of texts, or of objects.
             * @example [
             *       "Las camas estaban mal arregladas"
             *     ]
             */
            instances?: unknown[] | null;
            /** @description text names the column of the texts, where its own name does not tell. */
            params?: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        ScoringOutputBody: {
            /** @description One for each text, in their order, as MLflow answers for a text classifier of transformers. */
            predictions: components["schemas"]["Scored"][] | null;
        };
        SentiRequest: {
            /** @example DB_proyecto_SA.txt */
            idmodel: string;
            /**
             * @example [
             *       "Las camas estaban mal arregladas"
             *     ]
             */
            opiniones: string[] | null;
        };
        "Serve-versionRequest": {
            /** @description A kept version that is done or held, by its id or an alias. */
            version: string;
        };
        SessionView: {
            /** @description Whether tenants and keys may be looked after: with an administrator's key, or on this machine while no key exists. */
            administrator: boolean;
            /** @description Whether the server's clock jumped and nothing is removed for its age until it has run evenly for a while. */
            clock_held: boolean;
            /** @description Whether a key is needed and none that is valid was sent. */
            needs_key: boolean;
            /**
             * Format: int64
             * @description How many bytes a photo may have.
             */
            photo_bytes: number;
            /**
             * Format: int64
             * @description How many photos a form may have.
             */
            photo_files: number;
            /**
             * @description What the tenant analyses faces for; empty while its photos are refused.
             * @example event
             */
            purpose: string;
            /** @description Whether the request came with a valid key. */
            signed_in: boolean;
            /**
             * @description Whose data is seen; empty while a key is needed.
             * @example default
             */
            tenant: string;
            /** @description Animo's. */
            version: string;
        };
        "Set-aliasRequest": {
            /** @description A kept version that is done or held, by its id or an alias. */
            version: string;
        };
        "Set-policyRequest": {
            /**
             * @description automatic: those that are better than guessing and not worse than the one that answers; ask and never: none, and with ask subscriptions are told of what is held.
             * @enum {string}
             */
            policy: "automatic" | "ask" | "never";
        };
        Share: {
            /**
             * Format: double
             * @description Of which it knew no word, from 0 to 1.
             */
            guesses: number;
            /**
             * Format: double
             * @description Called Negativo, from 0 to 1.
             */
            negative: number;
            /**
             * Format: double
             * @description The mean probability of the labels.
             */
            sure: number;
            /**
             * Format: int64
             * @description Of how many it is said.
             */
            texts: number;
        };
        ShareView: {
            /**
             * Format: double
             * @description … to.
             * @example 0.895
             */
            high: number;
            /**
             * Format: double
             * @description Where it lies with 95 % probability, by Wilson's score interval: from …
             * @example 0.652
             */
            low: number;
            /**
             * Format: int64
             * @description Of how many.
             * @example 40
             */
            of: number;
            /**
             * Format: double
             * @description From 0 to 1; 0 of none.
             * @example 0.8
             */
            value: number;
        };
        SidesView: {
            /** Format: int64 */
            challenger: number;
            /** Format: int64 */
            champion: number;
        };
        "Start-experimentRequest": {
            /** @description Have it answer all once it is known to be better. */
            automatic?: boolean;
            /** @description A kept version that is done or held, by its id or an alias. */
            challenger: string;
            /**
             * Format: double
             * @description Of the texts or keys that it answers; left out, or 0, it answers none, and what it says is counted.
             * @example 0.5
             */
            share?: number;
        };
        Stat: {
            /**
             * Format: double
             * @description Over the folds.
             */
            mean: number;
            /**
             * Format: double
             * @description Standard deviation over the folds, dividing by their number.
             */
            std: number;
        };
        SubscriptionSpec: {
            /**
             * Format: int64
             * @description Of e-mail: what comes in so many minutes in one mail, with counts and thumbnails; 0 is one mail a face.
             */
            digest_minutes?: number;
            filter?: components["schemas"]["FilterView"];
            /** @enum {string} */
            kind: "webhook" | "email";
            /**
             * @description Of e-mail; en if not said.
             * @enum {string}
             */
            language?: "en" | "es";
            /**
             * @description Of e-mail; ThemeNewImage if not said, or Animo for opinions.
             * @example ThemeNewImage
             */
            subject?: string;
            /**
             * @description The URL, with https; or the e-mail address.
             * @example https://example.com/animo
             */
            target: string;
        };
        SubscriptionView: {
            /** Format: date-time */
            created: string;
            /**
             * Format: int64
             * @description Of e-mail: what comes in so many minutes in one mail, with counts and thumbnails; 0 is one mail a face.
             */
            digest_minutes?: number;
            /**
             * Format: date-time
             * @description Since when attempts fail; absent while they do not.
             */
            failing_since?: string;
            filter?: components["schemas"]["FilterView"];
            /** @example 20260801T211502.125Z-9f86d081 */
            id: string;
            /** @enum {string} */
            kind: "webhook" | "email";
            /**
             * @description Of e-mail; en if not said.
             * @enum {string}
             */
            language?: "en" | "es";
            /**
             * Format: date-time
             * @description When the next attempt after a failed one is.
             */
            next_attempt?: string;
            /** @description Why it is not active, or why it is told nothing although it is. */
            reason?: components["schemas"]["FailureView"];
            /**
             * @description Of a webhook's signatures. Only the answer that makes it shows it.
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
             */
            secret?: string;
            /**
             * Format: date-time
             * @description When it ceased to be.
             */
            since?: string;
            /**
             * @description Paused: it was down for a day, or said that it is gone; what comes waits. Unsubscribed: its recipient wants no more.
             * @enum {string}
             */
            state: "active" | "paused" | "unsubscribed";
            /**
             * @description Of e-mail; ThemeNewImage if not said, or Animo for opinions.
             * @example ThemeNewImage
             */
            subject?: string;
            /**
             * @description The URL, with https; or the e-mail address.
             * @example https://example.com/animo
             */
            target: string;
            /**
             * Format: int64
             * @description About how many deliveries wait.
             */
            waiting: number;
        };
        Summary: {
            /** @description The length of an interval, such as 1m, 1h or 24h. */
            every: string;
            /** @description Those with faces, by time. */
            intervals: components["schemas"]["Interval"][] | null;
            /** @description By source and mood. */
            sources: {
                [key: string]: {
                    [key: string]: components["schemas"]["MoodCount"];
                };
            };
            /** @description By whose clocks intervals begin. */
            time_zone: string;
            /** @description By mood. */
            total: {
                [key: string]: components["schemas"]["MoodCount"];
            };
        };
        TenantView: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created: string;
            /**
             * Format: int64
             * @description Faces measured by its clients that it may send in a minute.
             */
            faces_per_minute?: number;
            /**
             * @description 1 to 63 lower-case letters, digits and hyphens.
             * @example hotel-sol
             */
            id: string;
            /**
             * @description How long what was recorded of faces is kept.
             * @example 8760h0m0s
             */
            keep_faces?: string;
            /**
             * @description How long its pictures, thumbnails and descriptors are kept.
             * @example 720h0m0s
             */
            keep_photos?: string;
            /**
             * Format: int64
             * @description Bytes of photos kept for it.
             */
            max_photo_bytes?: number;
            /**
             * Format: int64
             * @description Photos kept for it.
             */
            max_photos?: number;
            /** @description How sure it must be who a face is before it has a name: strict, usual or eager; absent is usual. */
            naming?: string;
            /**
             * Format: int64
             * @description Photos that it may send in a minute. This and what follows: absent where the server's setting holds.
             */
            photos_per_minute?: number;
            /** @description What it analyses faces for; empty where it states none, so that its photos are refused (the tenant default has the server's then). */
            purpose: string;
            /**
             * @description Where its cameras and days are, as IANA calls it; absent where the server's setting holds.
             * @example America/Havana
             */
            time_zone?: string;
        };
        TenantsOutputBody: {
            /** @description By id. */
            items: components["schemas"]["TenantView"][] | null;
        };
        TensorView: {
            /** @example BYTES */
            datatype: string;
            /** @example text */
            name: string;
            /**
             * @description -1 is any number.
             * @example [
             *       -1
             *     ]
             */
            shape: number[] | null;
        };
        Term: {
            /**
             * Format: int64
             * @description Bad texts that have it.
             */
            bad: number;
            /**
             * Format: int64
             * @description Good texts that have it.
             */
            good: number;
            /** @description A word or two. */
            term: string;
            /**
             * Format: double
             * @description By how many standard deviations it is more frequent there.
             */
            z: number;
        };
        "Train-modelRequest": {
            /**
             * @description Names of ingested training files; left out: those that the model was made of.
             * @example [
             *       "enero.txt",
             *       "febrero.txt"
             *     ]
             */
            datasets?: string[] | null;
            /**
             * Format: int64
             * @description Parts of the cross-validation, 2 to 100; 10 if not said.
             */
            folds?: number;
            /**
             * @description What the model shall be good at: accuracy (the default), balanced, complaints, recall>=0.9 or precision>=0.6.
             * @example complaints
             */
            goal?: string;
            /**
             * @description The model's id.
             * @example hoteles
             */
            id: string;
            /** Format: int64 */
            seed?: number;
            /** @description How to train; auto, the default, chooses by cross-validation. */
            trainer?: string;
        };
        TrainingView: {
            /**
             * @description Why it was trained by itself: it was time by the schedule, enough rows and corrections had come, or the texts had changed; absent where somebody asked for it.
             * @enum {string}
             */
            cause?: "slot" | "new_rows" | "drift";
            /**
             * Format: int64
             * @description How many corrections of its model it learned from besides its datasets; 0 until it is trained.
             */
            corrections: number;
            /**
             * Format: int64
             * @description How many of the corrections it says by itself. The model answers as corrected in any case.
             */
            corrections_learned: number;
            datasets: components["schemas"]["DatasetRef"][] | null;
            /** @description Why it failed. */
            failure?: components["schemas"]["FailureView"];
            /** @description The report's figures on the rows that are no corrections, where there are some. */
            figures_without_corrections?: components["schemas"]["Figures"];
            /** Format: date-time */
            finished?: string;
            /** Format: int64 */
            folds: number;
            /** @description How it was judged before it could answer, once it ended. */
            gate?: components["schemas"]["GateView"];
            /** @description What it shall be good at; none is to be right most often. */
            goal?: string;
            /**
             * @description The status in words, with how far it is.
             * @example training fold 3/10
             */
            message: string;
            model_url: string;
            /**
             * @description The training file's name, which is also the model's id.
             * @example DB_proyecto_SA.txt
             */
            name: string;
            /** @description The release of Animo that trained it. */
            program?: string;
            /** @description While it runs. */
            progress?: components["schemas"]["ProgressView"];
            /** @description The scores, once it is trained. */
            report?: components["schemas"]["Report"];
            /** Format: date-time */
            requested: string;
            /** Format: int64 */
            seed: number;
            /** @enum {string} */
            status: "stored" | "ingesting" | "training" | "held" | "done" | "failed";
            /** @description Where to ask how far it is. */
            status_url: string;
            /** @description Whether it came as a file, and was trained elsewhere; its report is what that file says. */
            taken?: boolean;
            trainer: string;
            /** @description The version of the model that this training makes. */
            version: string;
        };
        TrainingsOutputBody: {
            items: components["schemas"]["TrainingView"][] | null;
        };
        TrialView: {
            /** @description Whether the challenger answers all by itself once it is known to be better. */
            automatic: boolean;
            /** Format: date-time */
            began: string;
            /** @description The version that is compared with it. */
            challenger: string;
            /** @description The version that answered when it began. */
            champion: string;
            /** Format: date-time */
            ended?: string;
            /** @description In words, what is known and what to do. */
            known: string;
            /**
             * @description What is known of the challenger; absent while it is not.
             * @enum {string}
             */
            outcome?: "better" | "worse" | "stopped";
            /**
             * Format: double
             * @description Of texts or keys that the challenger answers; 0 is a shadow: it is asked, too, and answers none.
             */
            share: number;
            /** @description That either answered, or in a shadow was asked. */
            texts: components["schemas"]["SidesView"];
            /** @description Whether the texts are shared otherwise than they should be, so that something is wrong with keys or texts. */
            uneven: boolean;
            /** @description Of these, those that somebody corrected. */
            wrong: components["schemas"]["SidesView"];
        };
        Tried: {
            /**
             * Format: int64
             * @description How many folds chose it for themselves, by the rows of the others alone.
             */
            folds: number;
            /**
             * Format: double
             * @description Mean log loss on held-out rows; the smallest won.
             */
            loss: number;
            /**
             * Format: int64
             * @description Held-out rows that it was right about. Of the one that won, this flatters: it was chosen by these rows. The scores of the folds do not.
             */
            right: number;
            /** @description The trainer, its n-grams, how many of them chi-squared keeps, and C, the cost of an error beside the size of the weights. */
            setting: string;
            /** @description The model was fitted with it. */
            won: boolean;
        };
        UploadView: {
            /**
             * Format: int64
             * @description How many the photo has.
             */
            bytes?: number;
            /**
             * @description The photo's id, under which it is asked for.
             * @example 20260801T211502.125Z-9f86d081884c7d65
             */
            id?: string;
            /**
             * @description The name it was given.
             * @example entrada.jpg
             */
            image_id?: string;
            /** @description The same bytes were sent under the same name before, so this is the photo of then: its source and taken_at stay as they were. */
            known?: boolean;
            /** @description Of a photo that is known: since when it is kept, in the language of Accept-Language (en or es). */
            message?: string;
            /** @description Why it was not taken, beside others of its form that were. */
            problem?: components["schemas"]["Problem"];
            /**
             * @description queued for a photo that is new; for one that was sent before, how far it is.
             * @enum {string}
             */
            status?: "queued" | "analysing" | "done" | "failed";
            /**
             * @description Where to ask how far it is.
             * @example /v1/photos/20260801T211502.125Z-9f86d081884c7d65
             */
            status_url?: string;
        };
        UploadsView: {
            /** Format: int64 */
            bytes?: number;
            /**
             * @description The photo's id, under which it is asked for.
             * @example 20260801T211502.125Z-9f86d081884c7d65
             */
            id?: string;
            /**
             * @description The name it was given.
             * @example entrada.jpg
             */
            image_id?: string;
            /** @description For several files: each one's answer, in their order, in place of the other fields. */
            items?: components["schemas"]["UploadView"][] | null;
            /** @description The same bytes were sent under the same name before, so this is the photo of then: its source and taken_at stay as they were. */
            known?: boolean;
            /** @description Of a photo that is known: since when it is kept, in the language of Accept-Language (en or es). */
            message?: string;
            /** @description Why it was not taken, beside others of its form that were. */
            problem?: components["schemas"]["Problem"];
            /**
             * @description queued for a photo that is new; for one that was sent before, how far it is.
             * @enum {string}
             */
            status?: "queued" | "analysing" | "done" | "failed";
            /**
             * @description Where to ask how far it is.
             * @example /v1/photos/20260801T211502.125Z-9f86d081884c7d65
             */
            status_url?: string;
        };
        "Use-layerRequest": {
            /** @description Whether new analyses read emotions through it. */
            use: boolean;
        };
        WantedTensor: {
            /** @example label */
            name: string;
        } & {
            [key: string]: unknown;
        };
        Warning: {
            /**
             * @description What it warns of.
             * @enum {string}
             */
            code: "imbalance" | "few_rows" | "contradictory" | "duplicates" | "language";
            /** @description In English. */
            en: string;
            /** @description In Spanish. */
            es: string;
            /**
             * Format: int64
             * @description How many rows it is about.
             */
            rows: number;
        };
        Words: {
            /** @description In English. */
            en: string;
            /** @description In Spanish. */
            es: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    invoke: {
        parameters: {
            query?: {
                /** @description Which version to ask, by its id or an alias; without it, the one that answers. */
                version?: string;
                /** @description Who asks, such as a user or a session, or a hash of that: while an experiment runs, the same key is always answered by the same version. Without it each text is picked for by itself. */
                key?: string;
                /** @description The model's id, where several answer. */
                model?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScoringBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScoringOutputBody"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    modelos: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdFile"][] | null;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    senti: {
        parameters: {
            query?: {
                /** @description Which version to ask, by its id or an alias; without it, the one that answers. */
                version?: string;
                /** @description Who asks, such as a user or a session, or a hash of that: while an experiment runs, the same key is always answered by the same version. Without it each text is picked for by itself. */
                key?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SentiRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (string[] | null)[] | null;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-datasets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatasetsOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-dataset": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The training file's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dataset"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-dataset": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The training file's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-rows": {
        parameters: {
            query?: {
                /** @description Words that a row must hold, in whatever case, with or without accents. */
                q?: string;
                /** @description Of which label the rows are: Positivo or Negativo; without it, of either. */
                label?: string;
                /** @description Where to go on, from next of the answer before. */
                after?: string;
                /** @description How many to answer at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The training file's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOutputRowViewBody"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "correct-face": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The face's id. */
                face: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Correct-faceRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Face"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "uncorrect-face": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The face's id. */
                face: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Face"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "name-face": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The face's id. */
                face: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Name-faceRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Face"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-functions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FunctionsOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelsOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "train-model": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Train-modelRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-model": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-model": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "set-alias": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description Another name of a version. */
                alias: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Set-aliasRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "remove-alias": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description Another name of a version. */
                alias: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-batches": {
        parameters: {
            query?: {
                /** @description Where to go on, from next of the answer before. */
                after?: string;
                /** @description How many to answer at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOutputBatchViewBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "add-batch": {
        parameters: {
            query?: {
                /** @description Which version to ask, by its id or an alias; without it, the one that answers. */
                version?: string;
                /** @description The file's name. */
                name?: string;
                /** @description Column or key of the text, by name or by number from 1; two are joined by +. Found if not said. */
                text?: string;
                /** @description Column or key that says where a text comes from, for the report of aspects. Found by its name if not said. */
                source?: string;
                /** @description The same of when it was written. */
                time?: string;
                /** @description A training file that the server has, whose newest revision is taken in place of a body; name, text and strict do not go with it. */
                dataset?: string;
                /** @description A third answer: texts whose probability of Positivo lies between the two are Neutro. */
                neutral?: string;
                /** @description Refuse the file for any row that cannot be read. Otherwise such rows are left out and counted, up to the setting max-broken. */
                strict?: boolean;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
                "multipart/form-data": {
                    /** Format: binary */
                    file?: string;
                };
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-batch": {
        parameters: {
            query?: {
                /** @description Answer when it has ended, or after so many seconds. */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description The batch's id. */
                batch: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-batch": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description The batch's id. */
                batch: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-batch-aspects": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description The batch's id. */
                batch: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AspectsView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-batch-result": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description The batch's id. */
                batch: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    classify: {
        parameters: {
            query?: {
                /** @description Which version to ask, by its id or an alias; without it, the one that answers. */
                version?: string;
                /** @description Who asks, such as a user or a session, or a hash of that: while an experiment runs, the same key is always answered by the same version. Without it each text is picked for by itself. */
                key?: string;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClassifyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClassifyOutputBody"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-corrections": {
        parameters: {
            query?: {
                /** @description Where to go on, from next of the answer before. */
                after?: string;
                /** @description How many to answer at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOutputCorrectionViewBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "correct-model-from-file": {
        parameters: {
            query?: {
                /** @description Column or key of the text, by name or by number from 1; two are joined by +. Found if not said. */
                text?: string;
                /** @description Column or key of the label. Found if not said. */
                label?: string;
                /** @description How the label's numbers are meant: the worst and the best, such as 1-5, 0-4, 1-2 or -1-1. Found if not said. */
                scale?: string;
                /** @description Refuse the file for any row that cannot be used. Otherwise such rows are left out and counted, up to the setting max-broken. */
                strict?: boolean;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CorrectedFileOutputBody"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "correct-model": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Correct-modelRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CorrectionView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "correct-model-often": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Correct-model-oftenRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CorrectionsOutputBody"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-correction": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description The correction's id. */
                correction: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "serve-version": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Serve-versionRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "add-datasets": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Add-datasetsRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "add-file": {
        parameters: {
            query?: {
                /** @description Column or key of the text, by name or by number from 1; two are joined by +. Found if not said. */
                text?: string;
                /** @description Column or key of the label. Found if not said. */
                label?: string;
                /** @description How the label's numbers are meant: the worst and the best, such as 1-5, 0-4, 1-2 or -1-1. Found if not said. */
                scale?: string;
                /** @description Refuse the file for any row that cannot be used. Otherwise such rows are left out and counted, up to the setting max-broken. */
                strict?: boolean;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description The training file's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "remove-dataset": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description The training file's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-experiment": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "start-experiment": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Start-experimentRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "end-experiment": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "download-model": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "upload-model": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "invoke-model": {
        parameters: {
            query?: {
                /** @description Which version to ask, by its id or an alias; without it, the one that answers. */
                version?: string;
                /** @description Who asks, such as a user or a session, or a hash of that: while an experiment runs, the same key is always answered by the same version. Without it each text is picked for by itself. */
                key?: string;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScoringBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScoringOutputBody"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "model-life": {
        parameters: {
            query?: {
                /** @description Which version to ask, by its id or an alias; without it, the one that answers. */
                version?: string;
                /** @description Of how many days the hours are listed. */
                days?: number;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LifeView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "set-policy": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Set-policyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "set-schedule": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-model-version": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "compare-versions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description The version's id. */
                version: string;
                /** @description The version that it is compared with. */
                other: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comparison"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "download-version": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description The version's id. */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-misjudged": {
        parameters: {
            query?: {
                /** @description Where to go on, from next of the answer before. */
                after?: string;
                /** @description How many to answer at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
                /** @description The version's id. */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOutputMisjudgedViewBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-moods": {
        parameters: {
            query?: {
                /** @description Only of this mood: HAPPY, SAD, SURPRISED or OTHER, in any case. */
                mood?: string;
                /** @description Only of this person. */
                person?: string;
                /** @description Only where the most probable emotion has at least so many percent. */
                min_confidence?: number;
                /** @description Only of this camera or stage; empty: only of photos without one. */
                source?: string;
                /** @description Taken then or later: RFC 3339, a date (in UTC, but for summaries), or so long ago, such as -15m or -7d. */
                from?: string;
                /** @description Taken before; written as from is. */
                to?: string;
                /** @description Where to go on, from next of the answer before. */
                after?: string;
                /** @description How many to answer at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOutputMoodRecordBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "measure-moods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Measure-moodsRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeasuredOutputBody"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-accuracy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccuracyView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "use-layer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Use-layerRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LayerView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "export-moods": {
        parameters: {
            query?: {
                /** @description Only of this mood: HAPPY, SAD, SURPRISED or OTHER, in any case. */
                mood?: string;
                /** @description Only of this person. */
                person?: string;
                /** @description Only where the most probable emotion has at least so many percent. */
                min_confidence?: number;
                /** @description Only of this camera or stage; empty: only of photos without one. */
                source?: string;
                /** @description Taken then or later: RFC 3339, a date (in UTC, but for summaries), or so long ago, such as -15m or -7d. */
                from?: string;
                /** @description Taken before; written as from is. */
                to?: string;
                /** @description csv or jsonl; by the header Accept, if not said. */
                format?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                    "text/csv": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "summarise-moods": {
        parameters: {
            query?: {
                /** @description Length of an interval: whole minutes that divide a day, or whole days. */
                every?: string;
                /** @description Only of this person. */
                person?: string;
                /** @description By whose clocks intervals begin, and dates in from and to are meant, as IANA calls it; the tenant's time zone, if not said. A day on which clocks are put forward or back has 23 or 25 hours. */
                zone?: string;
                /** @description Only of this camera or stage; empty: only of photos without one. */
                source?: string;
                /** @description Taken then or later: RFC 3339, a date (in UTC, but for summaries), or so long ago, such as -15m or -7d. */
                from?: string;
                /** @description Taken before; written as from is. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Summary"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "erase-mood": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The face's id. */
                face: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-people": {
        parameters: {
            query?: {
                /** @description Where to go on, from next of the answer before. */
                after?: string;
                /** @description How many to answer at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOutputPersonViewBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-person": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "erase-person": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "rename-person": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rename-personRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-person-example": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's name. */
                name: string;
                /** @description The example's id. */
                example: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "remove-example": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's name. */
                name: string;
                /** @description The example's id. */
                example: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "merge-person": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Merge-personRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "introduce-person": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
                "multipart/form-data": {
                    /** @description The photos. Any part with a file name is one, whatever it is called. */
                    file?: string[];
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntroducedOutputBody"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-person-thumbnail": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-photos": {
        parameters: {
            query?: {
                /** @description Only those given this name. */
                name?: string;
                /** @description Only of this camera or stage; empty: only those without one. */
                source?: string;
                /** @description Only those that are so far. */
                status?: "queued" | "analysing" | "done" | "failed";
                /** @description Where to go on, from next of the answer before. */
                after?: string;
                /** @description How many to answer at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOutputPhotoViewBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "upload-photos": {
        parameters: {
            query?: {
                /** @description The photo's name, where the body is the photo itself. */
                name?: string;
                /** @description Which camera or stage the photo is from, in at most 64 bytes. */
                source?: string;
                /** @description When it was taken (RFC 3339). If it is not said, its EXIF data tells, else modified_at, else it is when it is accepted; taken_by of the photo says which. A time that has not come yet is refused. */
                taken_at?: string;
                /** @description When its file was last changed (RFC 3339), as file systems and browsers know it. It counts where neither taken_at nor EXIF data tells when the photo was taken, and not where it has not come yet. */
                modified_at?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
                "multipart/form-data": {
                    /** @description The photos. Any part with a file name is one, whatever it is called. */
                    file?: string[];
                    /**
                     * Format: date-time
                     * @description When the files after it were last changed.
                     */
                    modified_at?: string;
                    /** @description Which camera or stage the photos after it are from. */
                    source?: string;
                    /**
                     * Format: date-time
                     * @description When the photos after it were taken.
                     */
                    taken_at?: string;
                };
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadsView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-photo": {
        parameters: {
            query?: {
                /** @description Answer when it is done or failed, or after so many seconds. */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description The photo's id. */
                photo: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhotoView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "upload-photo": {
        parameters: {
            query?: {
                /** @description Which camera or stage the photo is from, in at most 64 bytes. */
                source?: string;
                /** @description When it was taken (RFC 3339). If it is not said, its EXIF data tells, else modified_at, else it is when it is accepted; taken_by of the photo says which. A time that has not come yet is refused. */
                taken_at?: string;
                /** @description When its file was last changed (RFC 3339), as file systems and browsers know it. It counts where neither taken_at nor EXIF data tells when the photo was taken, and not where it has not come yet. */
                modified_at?: string;
            };
            header?: never;
            path: {
                /** @description The photo's name. */
                photo: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadsView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "erase-photo": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The photo's id. */
                photo: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-image": {
        parameters: {
            query?: {
                /** @description With boxes, moods and names drawn, in the language of Accept-Language. Without a value it is true, too. */
                annotated?: boolean;
                /** @description Small: the longest side has 320 pixels. Without a value it is true, too. */
                thumbnail?: boolean;
            };
            header?: never;
            path: {
                /** @description The photo's id. */
                photo: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/avif": string;
                    "image/bmp": string;
                    "image/gif": string;
                    "image/heic": string;
                    "image/jpeg": string;
                    "image/png": string;
                    "image/tiff": string;
                    "image/webp": string;
                    "image/x-raw": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "reanalyse-photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgainBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgainOutputBody"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueuesOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-dead-letters": {
        parameters: {
            query?: {
                /** @description Where to go on, from next of the answer before. */
                after?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The function's name. */
                queue: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLettersOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "drop-dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The function's name. */
                queue: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CountOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "redrive-dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The function's name. */
                queue: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CountOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-dead-letter": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The function's name. */
                queue: string;
                /** @description The event's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "drop-dead-letter": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The function's name. */
                queue: string;
                /** @description The event's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CountOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "redrive-dead-letter": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The function's name. */
                queue: string;
                /** @description The event's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CountOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-receipts": {
        parameters: {
            query?: {
                /** @description Where to go on, from next of the answer before. */
                after?: string;
                /** @description How many to answer at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOutputReceiptBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "open-session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Open-sessionRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control"?: string;
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "close-session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "stream-moods": {
        parameters: {
            query?: {
                /** @description Only of this mood: HAPPY, SAD, SURPRISED or OTHER, in any case. */
                mood?: string;
                /** @description Only of this person. */
                person?: string;
                /** @description Only of this camera or stage; empty: only of photos without one. */
                source?: string;
                /** @description Only where the most probable emotion has at least so many percent. */
                min_confidence?: number;
                /** @description The same, for clients that cannot set headers; the header is stronger. */
                last_event_id?: string;
            };
            header?: {
                /** @description Go on after the event with this id; browsers send it by themselves when they come back. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        /** @description By the event's name. */
                        data?: components["schemas"]["MoodRecord"] | {
                            face_id?: string;
                            photo_id?: string;
                        } | {
                            /** Format: int64 */
                            after: number;
                        };
                        /** @enum {string} */
                        event?: "mood" | "erased" | "gap";
                        /** Format: int64 */
                        id?: number;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOutputSubscriptionViewBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "add-subscription": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SubscriptionSpec"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-subscription": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The subscription's id. */
                subscription: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "remove-subscription": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The subscription's id. */
                subscription: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-deliveries": {
        parameters: {
            query?: {
                /** @description Where to go on, from next of the answer before. */
                after?: string;
                /** @description How many to answer at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The subscription's id. */
                subscription: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOutputDeliveryViewBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "replay-delivery": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The subscription's id. */
                subscription: string;
                /** @description The delivery's id. */
                delivery: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "replay-deliveries": {
        parameters: {
            query?: {
                /** @description RFC 3339, a date (UTC), or so long ago, such as -15m or -7d; all that the log has if not said. */
                since?: string;
            };
            header?: never;
            path: {
                /** @description The subscription's id. */
                subscription: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayedOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "resume-subscription": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The subscription's id. */
                subscription: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "rotate-subscription": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The subscription's id. */
                subscription: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "test-subscription": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The subscription's id. */
                subscription: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantsOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "add-tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Add-tenantRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "remove-tenant": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's id. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-tenant": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's id. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-keys": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's id. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeysOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "add-key": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's id. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeySpec"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeKeyView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "revoke-key": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's id. */
                tenant: string;
                /** @description How the key begins, or an access key's ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-trainings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingsOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-training": {
        parameters: {
            query?: {
                /** @description Answer when it has ended, or after so many seconds. */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description The training file's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingView"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "upload-training-file": {
        parameters: {
            query?: {
                /** @description How to train; auto chooses by cross-validation. */
                trainer?: string;
                /** @description Parts of the cross-validation, 2 to 100; 10 if not said. */
                folds?: number;
                /** @description What the model shall be good at: accuracy (the default), balanced, complaints (at least 85 of 100 negative opinions found), recall>=0.9 or precision>=0.6, both of Negativo. */
                goal?: string;
                /** @description Start weights, shuffles and folds follow from it. */
                seed?: number;
                /** @description Column or key of the text, by name or by number from 1; two are joined by +. Found if not said. */
                text?: string;
                /** @description Column or key of the label. Found if not said. */
                label?: string;
                /** @description How the label's numbers are meant: the worst and the best, such as 1-5, 0-4, 1-2 or -1-1. Found if not said. */
                scale?: string;
                /** @description Refuse the file for any row that cannot be used. Otherwise such rows are left out and counted, up to the setting max-broken. */
                strict?: boolean;
            };
            header?: never;
            path: {
                /** @description The training file's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "describe-inference": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InferenceModelOutputBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    infer: {
        parameters: {
            query?: {
                /** @description Which version to ask, by its id or an alias; without it, the one that answers. */
                version?: string;
                /** @description Who asks, such as a user or a session, or a hash of that: while an experiment runs, the same key is always answered by the same version. Without it each text is picked for by itself. */
                key?: string;
            };
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InferenceBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InferenceOutputBody"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "model-ready": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The model's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
