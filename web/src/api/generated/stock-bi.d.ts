// Made by `npm run api` from the documents of our own server; not to be changed by hand.

export interface paths {
    "/v1/chat/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say something, and have the answer streamed · 流式聊天
         * @description The first event is `session`. Text arrives as `data: <piece>` without a name, in which leading spaces belong to the piece and a newline begins another `data:` line; rows are `result`, a chart is `visualization`, and `done` or `error` is the end. A reader that comes back with `Last-Event-ID` and the same body goes on where it stopped.
         */
        post: operations["chat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/init": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An id for a new session · 初始化聊天会话 */
        post: operations["initChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The messages of a session, oldest first · 获取聊天记录 */
        post: operations["getChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a session with its messages · 删除聊天记录 */
        post: operations["deleteChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A user's sessions, newest first · 列出用户聊天 */
        post: operations["listChats"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Like an answer, or not · 消息反馈 */
        post: operations["giveFeedback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/data/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a dataset of a file · 上传数据
         * @description CSV and TSV (delimiter, header and encoding are found: UTF-8, UTF-16, GBK, GB18030), JSON, NDJSON, Parquet, Arrow IPC and XLSX, of which each sheet is a table. Types of columns are found from all values; a file that can't be read is refused with the line or sheet. Questions with `task: 数据BI` ask all datasets of a user. A reader of events that comes back with `Last-Event-ID` and the same file is told of the dataset that it became, and makes no second one; where the upload broke off, of which nothing is kept, it begins anew.
         */
        post: operations["uploadData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/data/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a dataset of rows, or of the result of a query · 创建数据 */
        post: operations["createData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/data/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A dataset as a file · 下载数据
         * @description Cells that a spreadsheet would run as a formula have an apostrophe before them in `csv`, and are text in `xlsx`. A dataset of several tables is a workbook with a sheet for each in `xlsx`, and in the other formats a ZIP with a file for each, unless `table` names one.
         */
        post: operations["downloadData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/data/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a dataset with its files · 删除数据 */
        post: operations["deleteData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/data/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A user's datasets, newest first · 列出数据 */
        post: operations["listData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stock/list_fav_stock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The stocks that a user follows, oldest first · 获取用户收藏股票 */
        post: operations["listFavouriteStocks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stock/del_fav_stock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Follow a stock no longer · 删除收藏股票 */
        post: operations["deleteFavouriteStock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stock/add_fav_stock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Follow a stock · 添加收藏股票 */
        post: operations["addFavouriteStock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stock/clear_fav_stock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Follow no stock any more · 清空收藏股票 */
        post: operations["clearFavouriteStocks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in, and get a session · 用户登录 */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a user · 用户注册 */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replace a password, and end every session of the user · 重置密码 */
        post: operations["resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A user · 获取用户信息 */
        post: operations["getUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/reset-info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change a user's role or status · 修改用户信息 */
        post: operations["changeUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a user and what the user owns · 删除用户 */
        post: operations["deleteUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** All users, oldest first · 用户列表 */
        post: operations["listUsers"];
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
        /** @description A chart. */
        Chart: {
            type: components["schemas"]["ChartType"];
            title: string;
            x: string;
            y: string[];
            data: components["schemas"]["ChartData"];
            /** @description Points that were left out. */
            points_cut?: number;
        };
        ChartData: {
            labels: string[];
            datasets: components["schemas"]["ChartDataset"][];
        };
        ChartDataset: {
            label: string;
            /** @description One value for each label; for a scatter chart pairs. */
            data: components["schemas"]["ChartPoint"][];
        };
        ChartPair: {
            /** Format: double */
            x: number;
            /** Format: double */
            y: number;
        };
        ChartPoint: (number | null) | components["schemas"]["ChartPair"];
        /**
         * @description The form of a chart.
         * @enum {string}
         */
        ChartType: "bar" | "line" | "area" | "pie" | "scatter";
        ChatEvent: string | components["schemas"]["SessionEvent"] | components["schemas"]["ToolEvent"] | components["schemas"]["ResultEvent"] | components["schemas"]["VisualizationEvent"] | components["schemas"]["DoneEvent"] | components["schemas"]["ErrorEvent"];
        /**
         * @description What a column of rows that are given holds.
         * @enum {string}
         */
        ColumnType: "text" | "integer" | "number" | "boolean" | "date" | "timestamp";
        /** @description A dataset to be made: of `columns` and `rows`, or of the result of `sql`. */
        CreateBody: {
            /** @description Whose it becomes. */
            user_name?: string | null;
            /** @description What it is called. */
            name: string;
            /** @description What its owner says of it. */
            description?: string | null;
            /** @description The columns of the rows that are given. */
            columns?: components["schemas"]["GivenColumn"][] | null;
            rows?: components["schemas"]["Rows"] | null;
            /** @description One query that only reads, whose whole result is kept. */
            sql?: string | null;
            /**
             * Format: uuid
             * @description The connection that the query asks; the default one without.
             */
            connection?: string | null;
        };
        /** @description A dataset. */
        Dataset: {
            /** Format: uuid */
            data_id: string;
            name: string;
            description?: string | null;
            tables: components["schemas"]["DatasetTable"][];
            /**
             * Format: int64
             * @description The bytes that it takes: the file as it came, and the tables that were made of it.
             */
            bytes: number;
            /** @description Whether it came as a file, which can be had again as it came. */
            has_original: boolean;
            /** Format: date-time */
            create_time: string;
        };
        /** @description A column of a dataset. */
        DatasetColumn: {
            name: string;
            /** @description `text`, `integer`, `number`, `boolean`, `date`, `timestamp`, `time`, `binary`, `json` or `other`. */
            type: string;
        };
        /** @description A table of a dataset. */
        DatasetTable: {
            /** @description What questions call it. */
            name: string;
            columns: components["schemas"]["DatasetColumn"][];
            /**
             * Format: int64
             * @description How many rows it has.
             */
            rows: number;
        };
        DoneEvent: {
            session_id: string;
            /**
             * Format: int64
             * @description The stored answer.
             */
            message_id?: number | null;
        };
        /**
         * @description How a dataset is given out; `original` is the file as it came.
         * @enum {string}
         */
        DownloadFormat: "csv" | "xlsx" | "json" | "ndjson" | "parquet" | "original";
        ErrorEvent: {
            /**
             * Format: int32
             * @description An HTTP status.
             */
            code: number;
            message: string;
        };
        /** @description A stock that a user follows. */
        FavouriteStock: {
            stock_code: string;
            /** Format: date-time */
            create_time: string;
        };
        /** @description A column of rows that are given. */
        GivenColumn: {
            /** @description Its name. */
            name: string;
            /** @description What it holds. */
            type: components["schemas"]["ColumnType"];
        };
        /** @description A message. */
        Message: {
            /** Format: int64 */
            id: number;
            role: components["schemas"]["MessageRole"];
            content: string;
            /** Format: date-time */
            create_time: string;
            /** @description Whether the user likes it. */
            feedback?: boolean | null;
            /** Format: date-time */
            feedback_time?: string | null;
        };
        /**
         * @description Who said a message.
         * @enum {string}
         */
        MessageRole: "user" | "assistant";
        /** @description A session that nobody has used yet. */
        NewSession: {
            /** @description 12 letters and digits. */
            session_id: string;
        };
        /** @description Whether the user may be used: `active` or `disabled`, `true` or `false`, `1` or `0` */
        NewStatus: string | boolean | number | null;
        /** @description How far a file has come. */
        ProgressEvent: {
            /**
             * Format: int64
             * @description The bytes that have arrived.
             */
            received: number;
            /** @description Whether those are all. */
            is_whole: boolean;
            /**
             * Format: int64
             * @description The rows that are in tables by now.
             */
            rows: number;
            /**
             * Format: int64
             * @description How many there will be, once that is known.
             */
            rows_in_all?: number | null;
        };
        /** @description Something that is said in a session. */
        RequestForChat: {
            /** @description The user's name, or address. */
            user_name: string;
            task?: components["schemas"]["Task"] | null;
            /** @description The session, of `init` or made up: begun if it isn't there yet, and a new one without it. */
            session_id?: string | null;
            /** @description What is said; not white space alone, and 10,000 characters at most where it is about data or stocks. */
            content: string;
            /** @description Tools that the answer may use; by default those of the task. */
            tools?: components["schemas"]["Tools"];
        };
        /** @description What changes of a user. */
        RequestForUserChangeInfo: {
            /** @description The user's name, or address. */
            user_name: string;
            /** @description `user` or `admin`, which only an admin may choose; what else it says is kept and counts as `user`. */
            user_role?: string | null;
            /** @description Whether the user may be used. */
            status?: components["schemas"]["NewStatus"];
        };
        /** @description Who signs in. */
        RequestForUserLogin: {
            /** @description The user's name, or address. */
            user_name: string;
            /**
             * Format: password
             * @description The password.
             */
            password: string;
        };
        /** @description Who registers. */
        RequestForUserRegister: {
            /** @description The name: without control characters, `/` and `@`, and not `me`. */
            user_name: string;
            /**
             * Format: password
             * @description The password; not white space alone.
             */
            password: string;
            /** @description `user` or `admin`, which only an admin may choose; what else it says is kept and counts as `user`. */
            user_role?: string | null;
        };
        /** @description A new password. */
        RequestForUserResetPassword: {
            /** @description The user's name, or address. */
            user_name: string;
            /**
             * Format: password
             * @description The password so far.
             */
            password: string;
            /**
             * Format: password
             * @description The new one; not white space alone.
             */
            new_password: string;
        };
        ResultColumn: {
            name: string;
            type: string;
        };
        ResultEvent: {
            sql: string;
            columns: components["schemas"]["ResultColumn"][];
            /** @description A row each: values by the names of columns. */
            data: Record<string, never>[];
            rows_count: number;
        };
        Rows: unknown[][];
        /** @description A session in the list. */
        Session: {
            /** Format: int64 */
            user_id: number;
            session_id: string;
            title: string;
            /** Format: date-time */
            start_time: string;
        };
        SessionEvent: {
            session_id: string;
        };
        /** @description Somebody who has signed in. */
        SignedIn: {
            /** Format: int64 */
            user_id: number;
            user_name: string;
            user_role: string;
            access_token: string;
            refresh_token: string;
            token_type: components["schemas"]["TokenType"];
            /**
             * Format: int64
             * @description Seconds.
             */
            expires_in: number;
        };
        /**
         * @description Whether a user may be used.
         * @enum {string}
         */
        Status: "active" | "disabled";
        /**
         * @description What is talked about
         * @enum {string}
         */
        Task: "chat" | "stock" | "data" | "通用对话" | "股票分析" | "数据BI" | "";
        /**
         * @description How a token is shown.
         * @enum {string}
         */
        TokenType: "bearer";
        ToolEvent: {
            name: string;
            /** @description What it is called with. */
            arguments: Record<string, never>;
            /** @description `running` when it is called, `ok` or `error` when the call is over. */
            status: string;
        };
        /** @description Tools that the answer may use and no others: a name, names with commas between them, or a JSON array, as text or as it is */
        Tools: string | unknown[] | null;
        UploadEvent: components["schemas"]["ProgressEvent"] | components["schemas"]["Dataset"] | components["schemas"]["ErrorEvent"];
        /** @description A user. */
        User: {
            /** Format: int64 */
            user_id: number;
            user_name: string;
            /** @description `user`, `admin`, or what it was called. */
            user_role: string;
            /** Format: date-time */
            register_time: string;
            status: components["schemas"]["Status"];
        };
        VisualizationEvent: {
            chart: components["schemas"]["Chart"];
        };
    };
    responses: {
        /** @description The request is not well-formed, or asks for what can't be */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 400;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description It contradicts what is there or what is under way */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 409;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description It is not the caller's to do; or the request comes from a page of a foreign origin */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 403;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description The headers of the request are too large */
        HeadersTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 431;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description The server had an internal error */
        InternalError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 500;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description There is no such thing, or it is somebody else's */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 404;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description The body is too large */
        PayloadTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 413;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description Too many requests; `Retry-After` says when again */
        RateLimited: {
            headers: {
                /** @description Seconds until it may be tried again */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 429;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description The body did not arrive in time */
        RequestTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 408;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description It took longer than allowed */
        Timeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 504;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description Not signed in, or the credential is not valid (any more) */
        Unauthorized: {
            headers: {
                /** @description `Bearer` */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 401;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description The server can't do it at the moment */
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 503;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description The body is not of the type that the operation takes */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 415;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description A database or a model that was asked failed */
        UpstreamError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 502;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description The address is too long */
        UriTooLong: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 414;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
        /** @description Fields break rules; all of them are named */
        ValidationError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {integer} */
                    code: 422;
                    /** @description What happened, for people */
                    message: string;
                    data: Record<string, never>[];
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    chat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RequestForChat"];
            };
        };
        responses: {
            /** @description `session` first; pieces of text as they are, without a name; `tool`; `result`, `visualization`; `done` or `error` last */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description All events of the stream of this `Last-Event-ID` were read */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            502: components["responses"]["UpstreamError"];
            503: components["responses"]["Unavailable"];
        };
    };
    initChat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["NewSession"];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getChat: {
        parameters: {
            query: {
                /** @description The session's id. */
                session_id: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["Message"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteChat: {
        parameters: {
            query: {
                /** @description The session's id. */
                session_id: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: Record<string, never>[];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listChats: {
        parameters: {
            query: {
                /** @description The user's name, or address. */
                user_name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["Session"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    giveFeedback: {
        parameters: {
            query: {
                /** @description The session's id. */
                session_id: string;
                /** @description The answer, by its id. */
                message_id: number;
                /** @description `true` for liking it, `false` for not. */
                feedback: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: Record<string, never>[];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    uploadData: {
        parameters: {
            query?: {
                /** @description Whose it becomes; the caller's without. As a field of the form it comes before the file. */
                user_name?: string;
                /** @description What the dataset is called; as the file is without. */
                name?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description The file
                     */
                    file: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["Dataset"];
                    };
                    "text/event-stream": string;
                };
            };
            /** @description All events of the stream of this `Last-Event-ID` were read */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            502: components["responses"]["UpstreamError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createData: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBody"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["Dataset"];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            502: components["responses"]["UpstreamError"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["Timeout"];
        };
    };
    downloadData: {
        parameters: {
            query: {
                /** @description The dataset's id. */
                data_id: string;
                /** @description The format; `csv` without. */
                format?: components["schemas"]["DownloadFormat"];
                /** @description Which of its tables, by its name or its sheet's. Without, all: several are sheets in `xlsx`, and otherwise files in a ZIP. */
                table?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file, in the type of its format */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "application/x-ndjson": string;
                    "application/vnd.apache.parquet": string;
                    "application/zip": string;
                    "application/octet-stream": string;
                    "application/json": Record<string, never>[];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            502: components["responses"]["UpstreamError"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["Timeout"];
        };
    };
    deleteData: {
        parameters: {
            query: {
                /** @description The dataset's id. */
                data_id: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: Record<string, never>[];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listData: {
        parameters: {
            query: {
                /** @description The user's name, or address. */
                user_name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["Dataset"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listFavouriteStocks: {
        parameters: {
            query: {
                /** @description The user's name, or address. */
                user_name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["FavouriteStock"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteFavouriteStock: {
        parameters: {
            query: {
                /** @description The user's name, or address. */
                user_name: string;
                /** @description The stock's code with its market: `sh600519`, `600519.SH`, `hk00700`, `AAPL`. */
                stock_code: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: Record<string, never>[];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    addFavouriteStock: {
        parameters: {
            query: {
                /** @description The user's name, or address. */
                user_name: string;
                /** @description The stock's code with its market: `sh600519`, `600519.SH`, `hk00700`, `AAPL`. */
                stock_code: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: Record<string, never>[];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    clearFavouriteStocks: {
        parameters: {
            query: {
                /** @description The user's name, or address. */
                user_name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: Record<string, never>[];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RequestForUserLogin"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["SignedIn"];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RequestForUserRegister"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["User"];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    resetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RequestForUserResetPassword"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: Record<string, never>[];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUser: {
        parameters: {
            query: {
                /** @description The user's name, or address. */
                user_name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["User"];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RequestForUserChangeInfo"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["User"];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteUser: {
        parameters: {
            query: {
                /** @description The user's name, or address. */
                user_name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: Record<string, never>[];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description How many to leave out. */
                offset?: number;
                /** @description How many to answer at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {integer} */
                        code: 200;
                        /** @description What happened, for people */
                        message: string;
                        data: components["schemas"]["User"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
}
