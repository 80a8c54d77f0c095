// Made by `npm run api` from the documents of our own server; not to be changed by hand.

export interface paths {
    "/api/v1/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register an account · 注册新用户 */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in · 用户登录 */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Swap a refresh token for a new pair of tokens · 刷新访问令牌 */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session · 退出登录 */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's account · 获取当前用户信息 */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask, and stream the answer · SSE 流式聊天接口
         * @description The run belongs to the server: it goes on when the reader goes away. A request that is repeated with the `Last-Event-ID` of an event that was read goes on after it and starts no second run.
         */
        get: operations["ask"];
        put?: never;
        /**
         * Ask with the fields in a body, for questions that an address can't hold · 以请求体提问
         * @description The run belongs to the server: it goes on when the reader goes away. A request that is repeated with the `Last-Event-ID` of an event that was read goes on after it and starts no second run.
         */
        post: operations["askWithBody"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop what is being answered in a conversation · 停止正在执行的查询 */
        post: operations["stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List conversations, newest activity first · 获取对话列表 */
        get: operations["listConversations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A conversation with its messages · 获取对话详情 */
        get: operations["getConversation"];
        put?: never;
        post?: never;
        /** Delete a conversation with its messages · 删除对话 */
        delete: operations["deleteConversation"];
        options?: never;
        head?: never;
        /** Rename a conversation · 重命名对话 */
        patch: operations["renameConversation"];
        trace?: never;
    };
    "/api/v1/conversations/{id}/favorite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark a conversation as a favourite, or take the mark off · 切换收藏状态 */
        post: operations["toggleFavorite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The answer that is being given in a conversation, from its first event · 继续接收正在生成的回答
         * @description For a reader who doesn't know what was asked, as after a reload or on another device. With the `Last-Event-ID` of an event that was read it goes on after it; 204 when nothing is being answered.
         */
        get: operations["followConversation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/sql": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a statement into a conversation, and stream its result · 运行编辑后的 SQL
         * @description The run belongs to the server: it goes on when the reader goes away. A request that is repeated with the `Last-Event-ID` of an event that was read goes on after it and starts no second run.
         */
        post: operations["runSql"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole result of an answer as a file · 导出查询结果 */
        get: operations["exportMessage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the databases that the caller may ask · 获取数据库连接列表 */
        get: operations["listConnections"];
        put?: never;
        /** Add a database · 添加数据库连接 */
        post: operations["addConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a connection; what is left out stays · 更新数据库连接 */
        put: operations["changeConnection"];
        post?: never;
        /** Delete a connection · 删除数据库连接 */
        delete: operations["deleteConnection"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connections/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a connection; one that can't be reached is a 200 that says why · 测试数据库连接 */
        post: operations["testConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connections/{id}/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tables and columns of a database · 获取数据库结构 */
        get: operations["getSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connections/{id}/terms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the business words of a connection · 获取业务术语列表 */
        get: operations["listTerms"];
        put?: never;
        /** Add a business word · 添加业务术语 */
        post: operations["addTerm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connections/{id}/terms/{term_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a business word; what is left out stays · 更新业务术语 */
        put: operations["changeTerm"];
        post?: never;
        /** Delete a business word · 删除业务术语 */
        delete: operations["deleteTerm"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connections/{id}/relations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the relations of a connection · 获取表关联列表 */
        get: operations["listRelations"];
        put?: never;
        /** Draw a relation between two columns · 添加表关联 */
        post: operations["addRelation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connections/{id}/relations/{relation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a relation; what is left out stays · 更新表关联 */
        put: operations["changeRelation"];
        post?: never;
        /** Delete a relation · 删除表关联 */
        delete: operations["deleteRelation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the models that may answer · 获取模型列表 */
        get: operations["listModels"];
        put?: never;
        /** Add a model · 添加模型 */
        post: operations["addModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a model; what is left out stays · 更新模型配置 */
        put: operations["changeModel"];
        post?: never;
        /** Delete a model · 删除模型 */
        delete: operations["deleteModel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a model; one that doesn't answer is a 200 that says why · 测试模型连接 */
        post: operations["testModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the caller prefers · 获取用户配置 */
        get: operations["getConfig"];
        /** Change what the caller prefers; what is left out stays · 更新用户配置 */
        put: operations["changeConfig"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prompts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What models are told · 获取 Prompt 配置 */
        get: operations["listPrompts"];
        /** Change what models are told · 更新 Prompt 配置 */
        put: operations["changePrompts"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prompts/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bring back prompts that come with Wenshu · 重置为默认 Prompt */
        post: operations["resetPrompts"];
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
        /** @description A question, from the query string or a body. */
        AskBody: {
            /** @description The question. */
            query: string;
            /** @description A model's UUID, `model_id` or name; by default the caller's default model. */
            model?: string | null;
            conversation_id?: components["schemas"]["UuidOrEmpty"] | null;
            connection_id?: components["schemas"]["UuidOrEmpty"] | null;
            language?: components["schemas"]["LanguageOrEmpty"] | null;
        };
        /**
         * @description How many rows of the left have how many of the right.
         * @enum {string}
         */
        Cardinality: "one_to_one" | "one_to_many" | "many_to_one" | "many_to_many";
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
        ClarificationEvent: {
            /** @enum {string} */
            type: "clarification";
            message: string;
            options: components["schemas"]["ClarificationOption"][];
        };
        /** @description A reading to choose. */
        ClarificationOption: {
            label: string;
            query: string;
        };
        /** @description What is preferred. */
        Config: {
            language: components["schemas"]["Language"];
            theme: components["schemas"]["Theme"];
            /** Format: uuid */
            default_model_id: string;
            /** Format: uuid */
            default_connection_id?: string | null;
            view_mode: components["schemas"]["ViewMode"];
            context_rounds: number;
        };
        /** @description What changes. */
        ConfigBody: {
            language?: components["schemas"]["Language"] | null;
            theme?: components["schemas"]["Theme"] | null;
            /**
             * Format: uuid
             * @description The model that answers when a question names none.
             */
            default_model_id?: string | null;
            /**
             * Format: uuid
             * @description The connection that is asked when a question names none.
             */
            default_connection_id?: string | null;
            view_mode?: components["schemas"]["ViewMode"] | null;
            /**
             * Format: int64
             * @description Earlier rounds of a conversation that a question is read with.
             */
            context_rounds?: number | null;
        };
        /** @description A connection. Its password is never shown, and whose name a shared one is asked in is the operator's business. */
        Connection: {
            /** Format: uuid */
            id: string;
            name: string;
            driver: components["schemas"]["ListedDriver"];
            host?: string | null;
            /** Format: int32 */
            port?: number | null;
            username?: string | null;
            password_configured: boolean;
            database: string;
            tls?: components["schemas"]["Tls"] | null;
            is_default: boolean;
            /** @description Whether the last test or question reached it. */
            is_connected: boolean;
            /** @description Whether it is everybody's. */
            is_shared: boolean;
        };
        /** @description A new connection, or what changes of one. */
        ConnectionBody: {
            /** @description What people call it. */
            name?: string;
            /** @description How it is spoken to. */
            driver?: components["schemas"]["Driver"];
            /** @description A host name or an address, without protocol, port or path. SQLite takes none; the others need one. */
            host?: string | null;
            /**
             * Format: int64
             * @description By default the driver's usual one. SQLite takes none.
             */
            port?: number | null;
            /** @description As whom; MySQL and PostgreSQL need it, SQLite takes none. */
            username?: string | null;
            /**
             * Format: password
             * @description With what; never answered. Absent in an edit it stays, `null` clears it.
             */
            password?: string | null;
            /** @description The database's name; for SQLite a file below one of the folders that the operator allows. */
            database?: string;
            tls?: components["schemas"]["Tls"] | null;
            /** @description Whether questions go to it when they name none. */
            is_default?: boolean | null;
        };
        /** @description What came of a test. */
        ConnectionTest: {
            connected: boolean;
            version?: string | null;
            tables_count?: number | null;
            /** @description Whether the account could write. */
            writable?: boolean | null;
            message: string;
        };
        /** @description The list. */
        Connections: {
            connections: components["schemas"]["Connection"][];
        };
        /** @description A conversation without its messages. */
        Conversation: {
            /** Format: uuid */
            id: string;
            title: string;
            /** @description The model that answered last. */
            model?: string | null;
            is_favorite: boolean;
            /** Format: int64 */
            message_count: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description A conversation with its messages. */
        ConversationDetail: {
            /** Format: uuid */
            id: string;
            title: string;
            model?: string | null;
            /** Format: uuid */
            connection_id?: string | null;
            is_favorite: boolean;
            messages: components["schemas"]["Message"][];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description A page of the list. */
        Conversations: {
            conversations: components["schemas"]["Conversation"][];
            /** Format: int64 */
            total: number;
            has_more: boolean;
        };
        DeltaEvent: {
            /** @enum {string} */
            type: "delta";
            content: string;
        };
        DoneEvent: {
            /** @enum {string} */
            type: "done";
            /** Format: uuid */
            conversation_id: string;
            /** Format: uuid */
            message_id?: string | null;
            usage: components["schemas"]["Usage"];
        };
        /**
         * @description How a database is spoken to: `mysql` also MariaDB, TiDB, Doris and StarRocks, `postgresql` also what speaks its protocol.
         * @enum {string}
         */
        Driver: "sqlite" | "mysql" | "postgresql" | "clickhouse";
        ErrorEvent: {
            /** @enum {string} */
            type: "error";
            code: string;
            message: string;
            details: components["schemas"]["FailureDetails"];
        };
        /**
         * @description How a file is written.
         * @enum {string}
         */
        ExportFormat: "csv" | "xlsx" | "json";
        /** @description SQL that failed. */
        FailedAttempt: {
            /** @description The statement. */
            sql: string;
            /** @description What the guard or the database said. */
            error: string;
        };
        /** @description A failure. */
        Failure: {
            /** @description Always `false`. */
            success: boolean;
            /** @description What happened. */
            error: components["schemas"]["FailureBody"];
        };
        FailureBody: {
            /** @description What programs decide by. */
            code: string;
            /** @description What happened, why, and what to do, for people. */
            message: string;
            /** @description What else is known. */
            details: components["schemas"]["FailureDetails"];
        };
        /** @description What is known beyond code and message; empty where there is nothing. */
        FailureDetails: {
            /** @description Fields that break rules. */
            fields?: components["schemas"]["FieldFault"][];
            /** @description The last SQL. */
            sql?: string | null;
            /** @description What was tried, oldest first. */
            attempts?: components["schemas"]["FailedAttempt"][];
            /** @description What was understood of the question. */
            understood?: string[];
            /** @description What was not. */
            unknown?: string[];
            /** @description Questions that would work. */
            suggestions?: string[];
        };
        /** @description Whether a conversation is a favourite now. */
        Favorite: {
            /** @description It is. */
            is_favorite: boolean;
        };
        /** @description A field that breaks a rule. */
        FieldFault: {
            /** @description Its name. */
            field: string;
            /** @description The rule. */
            message: string;
        };
        ForeignKey: {
            columns: string[];
            schema?: string | null;
            table: string;
            references: string[];
        };
        /**
         * @description A language: Chinese or English.
         * @enum {string}
         */
        Language: "zh" | "en";
        /**
         * @description A language, or nothing, which clients send that mean none.
         * @enum {string}
         */
        LanguageOrEmpty: "zh" | "en" | "";
        /**
         * @description How a database that is listed is spoken to: those, or `dataset`, by which all datasets of an account are asked.
         * @enum {string}
         */
        ListedDriver: "sqlite" | "mysql" | "postgresql" | "clickhouse" | "dataset";
        /**
         * @description Who offers a model that is listed: those, or Wenshu itself.
         * @enum {string}
         */
        ListedProvider: "openai" | "anthropic" | "ollama" | "deepseek" | "dashscope" | "gemini" | "openrouter" | "openai_compatible" | "builtin";
        /** @description Who signs in. */
        LoginBody: {
            /** @description Mail address. A login name that was registered through another contract is taken too. */
            email: string;
            /**
             * Format: password
             * @description The password.
             */
            password: string;
        };
        Message: {
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Its number, by which the stock BI contract knows it.
             */
            number: number;
            role: components["schemas"]["MessageRole"];
            content: string;
            metadata?: components["schemas"]["MessageMetadata"] | null;
            /** @description Whether its reader found it helpful, where they have said so. */
            feedback?: boolean | null;
            /** Format: date-time */
            created_at: string;
        };
        /** @description What was asked back. */
        MessageClarification: {
            message?: string | null;
            options: components["schemas"]["ClarificationOption"][];
        };
        MessageError: {
            code: string;
            message: string;
        };
        /** @description What an answer was made of. Absent keys are left out. */
        MessageMetadata: {
            sql?: string | null;
            /** Format: double */
            execution_time?: number | null;
            rows_count?: number | null;
            columns?: components["schemas"]["ResultColumn"][] | null;
            data?: Record<string, never>[];
            visualization?: components["schemas"]["Chart"] | null;
            truncated?: boolean | null;
            /** @description How the question was read, a line each. */
            reading?: string[] | null;
            clarification?: components["schemas"]["MessageClarification"] | null;
            /** @description Tools that were called, in this order. */
            tool_calls?: components["schemas"]["MessageToolCall"][] | null;
            error?: components["schemas"]["MessageError"] | null;
        };
        /** @description Rows that a call of a tool has shown. */
        MessageResult: {
            sql: string;
            /** Format: double */
            execution_time: number;
            rows_count: number;
            columns: components["schemas"]["ResultColumn"][];
            data: Record<string, never>[];
            visualization?: components["schemas"]["Chart"] | null;
            truncated: boolean;
        };
        /**
         * @description Who said a message.
         * @enum {string}
         */
        MessageRole: "user" | "assistant" | "system";
        /** @description A call of a tool. */
        MessageToolCall: {
            name: string;
            /** @description What it was called with. */
            arguments: Record<string, never>;
            /** @description `ok` or `error`. */
            status: string;
            /** @description Results that it has shown; the last one of the answer is beside the calls too. */
            results: components["schemas"]["MessageResult"][];
        };
        /** @description A model. Of its key nothing is shown but the end. */
        Model: {
            /** Format: uuid */
            id: string;
            name: string;
            provider: components["schemas"]["ListedProvider"];
            model_id: string;
            base_url?: string | null;
            api_key_configured: boolean;
            /** @description `…` and its last characters. */
            api_key_hint?: string | null;
            is_default: boolean;
            is_available: boolean;
            /** @description Whether it is everybody's. */
            is_shared: boolean;
        };
        /** @description A new model, or what changes of one. */
        ModelBody: {
            /** @description What people call it. */
            name?: string;
            /** @description Who offers it. */
            provider?: components["schemas"]["Provider"];
            /** @description What its provider calls it. */
            model_id?: string;
            /** @description Where it is, http(s), without query; by default, and when empty, the provider's usual address. `openai_compatible` needs it. */
            base_url?: string | null;
            /**
             * Format: password
             * @description What it is paid with; never answered. Absent in an edit it stays, `null` clears it.
             */
            api_key?: string | null;
            /** @description Whether it answers when a question names none. */
            is_default?: boolean | null;
        };
        /** @description What came of a test. */
        ModelTest: {
            success: boolean;
            /** Format: int64 */
            latency_ms: number;
            message: string;
            /** @description What failed: `unauthorized`, `unknown_model`, `unreachable`, …. */
            reason?: string | null;
            model: string;
        };
        /** @description The list. */
        Models: {
            models: components["schemas"]["Model"][];
        };
        /** @description An account as registering answers it. */
        NewUser: {
            /** Format: uuid */
            id: string;
            email?: string | null;
            display_name: string;
            /** Format: date-time */
            created_at: string;
        };
        ProgressEvent: {
            /** @enum {string} */
            type: "progress";
            stage: components["schemas"]["Stage"];
            message: string;
            /** Format: int32 */
            attempt?: number | null;
            /** Format: uuid */
            conversation_id?: string | null;
            /** Format: uuid */
            run_id?: string | null;
        };
        Prompt: {
            key: components["schemas"]["PromptKey"];
            name: string;
            content: string;
            /** @description The text that comes with Wenshu. */
            default: string;
            is_customized: boolean;
            /** @description What the text may use. */
            variables: string[];
        };
        /**
         * @description The name of a prompt.
         * @enum {string}
         */
        PromptKey: "system" | "sql_generation" | "sql_repair" | "summary" | "title";
        /** @description Templates by the key of their prompt */
        PromptTexts: {
            system?: string | null;
            sql_generation?: string | null;
            sql_repair?: string | null;
            summary?: string | null;
            title?: string | null;
        };
        /** @description Every prompt. */
        Prompts: {
            prompts: components["schemas"]["Prompt"][];
        };
        /** @description Prompts that change, by their keys. */
        PromptsBody: {
            /** @description Templates by key; `null` brings back the one that comes with Wenshu. */
            prompts: components["schemas"]["PromptTexts"];
        };
        /**
         * @description Who offers a model.
         * @enum {string}
         */
        Provider: "openai" | "anthropic" | "ollama" | "deepseek" | "dashscope" | "gemini" | "openrouter" | "openai_compatible";
        /** @description A refresh token to be swapped. */
        RefreshBody: {
            /** @description A refresh token, which is good for one use. */
            refresh_token: string;
        };
        /** @description What a new account is made from. */
        RegisterBody: {
            /**
             * Format: email
             * @description Mail address, also the login.
             */
            email: string;
            /**
             * Format: password
             * @description 8–128 characters with a letter and a digit.
             */
            password: string;
            /** @description What others see; by default the part of the address before `@`. */
            display_name?: string | null;
        };
        /** @description A relation. */
        Relation: {
            /** Format: uuid */
            id: string;
            left_table: string;
            left_column: string;
            right_table: string;
            right_column: string;
            cardinality: components["schemas"]["Cardinality"];
            /** @description Whether the caller may change it. */
            is_editable: boolean;
        };
        /** @description A new relation, or what changes of one. */
        RelationBody: {
            /** @description The table on the left; `schema.name` when it isn't in the default schema. */
            left_table?: string;
            /** @description Its column. */
            left_column?: string;
            /** @description The table on the right. */
            right_table?: string;
            /** @description Its column. */
            right_column?: string;
            /** @description How many rows of the left have how many of the right. */
            cardinality?: components["schemas"]["Cardinality"];
        };
        /** @description The list. */
        Relations: {
            relations: components["schemas"]["Relation"][];
        };
        /** @description Which prompts to reset. */
        ResetBody: {
            /** @description Which ones; by default all. */
            keys?: components["schemas"]["PromptKey"][] | null;
        };
        /** @description A column of a result. */
        ResultColumn: {
            name: string;
            type: string;
        };
        ResultEvent: {
            /** @enum {string} */
            type: "result";
            sql: string;
            columns: components["schemas"]["ResultColumn"][];
            /** @description A row each: values by the names of columns. */
            data: Record<string, never>[];
            rows_count: number;
            truncated: boolean;
            /** Format: double */
            execution_time: number;
        };
        /**
         * @description What an account may do.
         * @enum {string}
         */
        Role: "visitor" | "user" | "admin";
        /** @description The tables and views. */
        Schema: {
            tables: components["schemas"]["SchemaTable"][];
        };
        SchemaColumn: {
            name: string;
            /** @description As the database writes it. */
            type: string;
            /** @description What it holds, in the words that results use too. */
            kind: string;
            nullable: boolean;
            primary: boolean;
            default?: string | null;
            comment?: string | null;
        };
        SchemaTable: {
            name: string;
            /** @description The database schema, when that isn't the default one. */
            schema?: string | null;
            kind: components["schemas"]["TableKind"];
            comment?: string | null;
            columns: components["schemas"]["SchemaColumn"][];
            foreign_keys: components["schemas"]["ForeignKey"][];
            /** Format: int64 */
            row_count?: number | null;
            /** @description Whether it was counted rather than estimated. */
            row_count_exact?: boolean | null;
        };
        /** @description A new account with its tokens. */
        SignedIn: components["schemas"]["Tokens"] & {
            user: components["schemas"]["NewUser"];
        };
        /** @description A statement to be run. */
        SqlBody: {
            /** @description One query; what would write is refused. */
            sql: string;
            connection_id?: components["schemas"]["UuidOrEmpty"] | null;
            language?: components["schemas"]["LanguageOrEmpty"] | null;
        };
        SqlEvent: {
            /** @enum {string} */
            type: "sql";
            sql: string;
            /** Format: int32 */
            attempt: number;
        };
        /**
         * @description What is under way while an answer is made.
         * @enum {string}
         */
        Stage: "analyzing" | "linking" | "generating_sql" | "executing" | "repairing" | "visualizing" | "summarizing";
        /** @description The conversation whose answer is to stop. */
        StopBody: {
            /**
             * Format: uuid
             * @description A conversation of the caller's.
             */
            conversation_id: string;
        };
        /** @description Whether something was running. */
        Stopped: {
            /** @description Whether a run was stopped. */
            stopped: boolean;
        };
        StreamEvent: components["schemas"]["ProgressEvent"] | components["schemas"]["SqlEvent"] | components["schemas"]["ResultEvent"] | components["schemas"]["VisualizationEvent"] | components["schemas"]["DeltaEvent"] | components["schemas"]["ClarificationEvent"] | components["schemas"]["DoneEvent"] | components["schemas"]["ErrorEvent"];
        /**
         * @description A table, or a view.
         * @enum {string}
         */
        TableKind: "table" | "view";
        /** @description A term. */
        Term: {
            /** Format: uuid */
            id: string;
            term: string;
            kind: components["schemas"]["TermKind"];
            expression: string;
            description?: string | null;
            /** @description Whether the caller may change it. */
            is_editable: boolean;
        };
        /** @description A new term, or what changes of one. */
        TermBody: {
            /** @description The word. */
            term?: string;
            /** @description What the expression is. */
            kind?: components["schemas"]["TermKind"];
            /** @description SQL for a metric or dimension; a table, column (`table.column`) or term for an alias; nothing for a note. */
            expression?: string | null;
            /** @description What it means in words; a note must have it. */
            description?: string | null;
        };
        /**
         * @description What a semantic term is.
         * @enum {string}
         */
        TermKind: "metric" | "dimension" | "alias" | "note";
        /** @description The list. */
        Terms: {
            terms: components["schemas"]["Term"][];
        };
        /**
         * @description The look of the page.
         * @enum {string}
         */
        Theme: "light" | "dark" | "system";
        /** @description A new title. */
        TitleBody: {
            /** @description The new title. */
            title: string;
        };
        /**
         * @description Whether a connection is encrypted, and whether the server has to prove who it is. ClickHouse knows `disable`, `require` and
         *      `verify-full`.
         * @enum {string}
         */
        Tls: "disable" | "prefer" | "require" | "verify-full";
        /**
         * @description How a token is shown.
         * @enum {string}
         */
        TokenType: "bearer";
        /** @description Tokens of a sign-in. */
        Tokens: {
            access_token: string;
            refresh_token: string;
            token_type: components["schemas"]["TokenType"];
            /**
             * Format: int64
             * @description Seconds.
             */
            expires_in: number;
        };
        Usage: {
            /** Format: int64 */
            input_tokens: number;
            /** Format: int64 */
            output_tokens: number;
            /** @description There when the numbers are our estimate. */
            estimated?: boolean;
        };
        /** @description The caller's account. */
        User: {
            /** Format: uuid */
            id: string;
            email?: string | null;
            display_name: string;
            avatar_url?: string | null;
            role: components["schemas"]["Role"];
            /** Format: date-time */
            created_at: string;
        };
        /** @description A UUID, or nothing, which clients send that mean none. */
        UuidOrEmpty: string;
        /**
         * @description How much the page shows.
         * @enum {string}
         */
        ViewMode: "user" | "developer";
        VisualizationEvent: {
            /** @enum {string} */
            type: "visualization";
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
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "BAD_REQUEST";
                    };
                };
            };
        };
        /** @description It contradicts what is there or what is under way */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "CANCELLED" | "CONFLICT";
                    };
                };
            };
        };
        /** @description It is not the caller's to do; or the request comes from a page of a foreign origin */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "FORBIDDEN";
                    };
                };
            };
        };
        /** @description The headers of the request are too large */
        HeadersTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "HEADERS_TOO_LARGE";
                    };
                };
            };
        };
        /** @description The server had an internal error */
        InternalError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "INTERNAL_ERROR";
                    };
                };
            };
        };
        /** @description There is no such thing, or it is somebody else's */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    };
                };
            };
        };
        /** @description The body is too large */
        PayloadTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "PAYLOAD_TOO_LARGE";
                    };
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
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    };
                };
            };
        };
        /** @description The body did not arrive in time */
        RequestTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "REQUEST_TIMEOUT";
                    };
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
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "UNAUTHORIZED";
                    };
                };
            };
        };
        /** @description The server can't do it at the moment */
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "UNAVAILABLE";
                    };
                };
            };
        };
        /** @description The body is not of the type that the operation takes */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "UNSUPPORTED_MEDIA_TYPE";
                    };
                };
            };
        };
        /** @description A database or a model that was asked failed */
        UpstreamError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "UPSTREAM_ERROR";
                    };
                };
            };
        };
        /** @description The address is too long */
        UriTooLong: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "URI_TOO_LONG";
                    };
                };
            };
        };
        /** @description Fields break rules; all of them are named */
        ValidationError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error?: {
                        /** @enum {string} */
                        code?: "VALIDATION_ERROR";
                    };
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
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["SignedIn"];
                        /** @description What happened, for people */
                        message: string;
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
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Tokens"];
                        /** @description What happened, for people */
                        message: string;
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
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Tokens"];
                        /** @description What happened, for people */
                        message: string;
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
    logout: {
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
                        /** @enum {boolean} */
                        success: true;
                        data: null;
                        /** @description What happened, for people */
                        message: string;
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
    me: {
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["User"];
                        /** @description What happened, for people */
                        message: string;
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
    ask: {
        parameters: {
            query: {
                /** @description The question. */
                query: string;
                /** @description A model's UUID, `model_id` or name; by default the caller's default model. */
                model?: string;
                /** @description A conversation of the caller's, to go on with; by default a new one. */
                conversation_id?: components["schemas"]["UuidOrEmpty"];
                /** @description A connection that the caller sees; by default the conversation's, else the caller's default one. */
                connection_id?: components["schemas"]["UuidOrEmpty"];
                /** @description The language of progress and answer; by default the caller's preference. */
                language?: components["schemas"]["LanguageOrEmpty"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer, event by event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The run of this `Last-Event-ID` is over and all of it was read; an `EventSource` stops here */
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
            409: components["responses"]["Conflict"];
            414: components["responses"]["UriTooLong"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            502: components["responses"]["UpstreamError"];
            503: components["responses"]["Unavailable"];
        };
    };
    askWithBody: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AskBody"];
            };
        };
        responses: {
            /** @description The answer, event by event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The run of this `Last-Event-ID` is over and all of it was read; an `EventSource` stops here */
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
    stop: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StopBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Stopped"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
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
    listConversations: {
        parameters: {
            query?: {
                /** @description How many to answer at most. */
                limit?: number;
                /** @description How many to skip. */
                offset?: number;
                /** @description Only favourites. */
                favorites?: boolean;
                /** @description Words in titles and messages, Chinese ones too. */
                q?: string;
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Conversations"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            414: components["responses"]["UriTooLong"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getConversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["ConversationDetail"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteConversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: null;
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    renameConversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TitleBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Conversation"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
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
    toggleFavorite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Favorite"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    followConversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer, event by event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The run of this `Last-Event-ID` is over and all of it was read; an `EventSource` stops here */
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
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    runSql: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SqlBody"];
            };
        };
        responses: {
            /** @description The answer, event by event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The run of this `Last-Event-ID` is over and all of it was read; an `EventSource` stops here */
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
    exportMessage: {
        parameters: {
            query?: {
                /** @description How the file is written; CSV without. */
                format?: components["schemas"]["ExportFormat"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file; a body that breaks off ends the connection */
            200: {
                headers: {
                    /** @description The name to save it under */
                    "Content-Disposition"?: string;
                    /** @description The most rows that the file can have */
                    "X-Row-Limit"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "application/json": Record<string, never>[];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            414: components["responses"]["UriTooLong"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            502: components["responses"]["UpstreamError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listConnections: {
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Connections"];
                        /** @description What happened, for people */
                        message: string;
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
    addConnection: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectionBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Connection"];
                        /** @description What happened, for people */
                        message: string;
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
    changeConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectionBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Connection"];
                        /** @description What happened, for people */
                        message: string;
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
    deleteConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: null;
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    testConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["ConnectionTest"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getSchema: {
        parameters: {
            query?: {
                /** @description Read it from the database anew. */
                refresh?: boolean;
            };
            header?: never;
            path: {
                id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Schema"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            414: components["responses"]["UriTooLong"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            502: components["responses"]["UpstreamError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTerms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Terms"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    addTerm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TermBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Term"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
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
    changeTerm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                term_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TermBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Term"];
                        /** @description What happened, for people */
                        message: string;
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
        };
    };
    deleteTerm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                term_id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: null;
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listRelations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Relations"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    addRelation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RelationBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Relation"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
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
    changeRelation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                relation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RelationBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Relation"];
                        /** @description What happened, for people */
                        message: string;
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
        };
    };
    deleteRelation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                relation_id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: null;
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listModels: {
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Models"];
                        /** @description What happened, for people */
                        message: string;
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
    addModel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Model"];
                        /** @description What happened, for people */
                        message: string;
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
    changeModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Model"];
                        /** @description What happened, for people */
                        message: string;
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
    deleteModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: null;
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    testModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["ModelTest"];
                        /** @description What happened, for people */
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getConfig: {
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Config"];
                        /** @description What happened, for people */
                        message: string;
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
    changeConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Config"];
                        /** @description What happened, for people */
                        message: string;
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
    listPrompts: {
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Prompts"];
                        /** @description What happened, for people */
                        message: string;
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
    changePrompts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PromptsBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Prompts"];
                        /** @description What happened, for people */
                        message: string;
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
    resetPrompts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ResetBody"];
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
                        /** @enum {boolean} */
                        success: true;
                        data: components["schemas"]["Prompts"];
                        /** @description What happened, for people */
                        message: string;
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
}
